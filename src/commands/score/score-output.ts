/** The forms in which scores are printed: a table for people, best first; JSON lines and CSV for programs, in the order given. */
import type { LeftOut } from '../../datasets/left-out.js';
import type { Degradations } from '../../score/degradations.js';
import { describeLikeness, type Likeness } from '../../score/likeness.js';
import { csvCell } from '../../support/csv-cell.js';
import { jsonLine } from '../../support/json-line.js';
import { printable } from '../../support/printable.js';

export interface Scored {
  readonly image: string;
  readonly score: number;
  /** By a calibrated model. */
  readonly opinion?: number;
  /** Where the model states the scores of crops of known severity. */
  readonly likeness?: Likeness;
  /** With `--why`: what is wrong, in words, and how strong each group is. */
  readonly why?: string;
  readonly degradations?: Degradations;
  /** With `--map`: the path of its JSON file. */
  readonly map?: string;
  /** With `--groups`: the number of its group, from 1. */
  readonly group?: number;
}

export interface OutputOptions {
  /** Groups of distortions whose strengths results have; absent: none. */
  readonly degradations?: readonly string[] | undefined;
  /** Results have the path of a map. */
  readonly map: boolean;
  /** Results come in groups, in their order. */
  readonly groups: boolean;
  /** Control characters of names are shown escaped. */
  readonly isTerminal: boolean;
}

export interface Unscored {
  readonly image: string;
  readonly error: string;
  readonly code: string;
}

/** Takes results as they come; each call returns the text to print now. */
export interface ScoreOutput {
  scored(result: Scored): string;
  unscored(result: Unscored): string;
  /** Files of folders that were left out, by reason. */
  leftOut(leftOut: LeftOut): string;
  end(): string;
}

export const scoreOutputs = { table: tableOutput, json: jsonOutput, csv: csvOutput } satisfies Record<
  string,
  (options: OutputOptions) => ScoreOutput
>;

/** Columns of names are at most this wide: longer names stand out. */
const widestName = 40;

/** Equal scores by name. */
function tableOutput({ groups }: OutputOptions): ScoreOutput {
  const results: Scored[] = [];
  const nothing = (): string => '';
  const digits = (opinion: number | undefined): string => (opinion === undefined ? '' : `${Number(opinion.toPrecision(5))}  `);
  return {
    scored(result) {
      results.push(result);
      return '';
    },
    unscored: nothing,
    leftOut: nothing,
    end() {
      if (!groups) results.sort((a, b) => b.score - a.score || (a.image < b.image ? -1 : 1));
      const below = (index: number): string => (groups && results[index]!.group === results[index - 1]?.group ? '  ' : '');
      const names = results.map(({ image }, index) => `${below(index)}${printable(image)}`);
      const width = Math.min(
        widestName,
        names.reduce((most, { length }) => Math.max(most, length), 0),
      );
      return results
        .map(({ score, opinion, likeness, why }, index) => {
          const words = [...(likeness ? [describeLikeness(likeness)] : []), ...(why === undefined ? [] : [why])].join('; ');
          const name = words === '' ? names[index]! : `${names[index]!.padEnd(width)}  ${words}`;
          return `${score.toFixed(4)}  ${digits(opinion)}${name}\n`;
        })
        .join('');
    },
  };
}

function jsonOutput(): ScoreOutput {
  return {
    scored: ({ likeness, ...result }) => jsonLine({ ...result, ...likeness }),
    unscored: jsonLine,
    leftOut: (leftOut) => jsonLine({ leftOut }),
    end: () => '',
  };
}

/** RFC 4180, names as they are but on a terminal: a cell may hold a line break. The columns are the same whatever comes. */
function csvOutput({ degradations: reported, map, groups, isTerminal }: OutputOptions): ScoreOutput {
  const columns = [
    'image',
    'score',
    'opinion',
    'error',
    'code',
    'level',
    'percentile',
    ...(reported ? ['why', ...reported] : []),
    ...(map ? ['map'] : []),
    ...(groups ? ['group'] : []),
  ];
  let hasHeader = false;
  const row = (result: Readonly<Record<string, unknown>>): string => {
    const head = hasHeader ? '' : `${columns.join(',')}\n`;
    hasHeader = true;
    const line = columns.map((column) => csvCell((result[column] ?? '') as string | number)).join(',');
    return `${head}${isTerminal ? printable(line) : line}\n`;
  };
  return {
    scored: ({ likeness, degradations, ...result }) => row({ ...degradations, ...result, ...likeness }),
    unscored: (result) => row({ ...result }),
    leftOut: () => '',
    end: () => '',
  };
}
