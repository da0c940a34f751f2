/** The part of `MODEL_CARD.md` about the output `degradations`: how well it tells, and what it cannot tell. */
import { counted } from '../../support/counted.js';
import { escapeMarkdown } from '../../support/escape-markdown.js';
import type { ModelDescription } from '../model-description.js';
import type { DegradationFigures } from './degradation-figures.js';

/** The same figures of whole photographs that were distorted by other programs. */
export interface IndependentFigures {
  /** The photographs, for people. */
  readonly name: string;
  readonly figures: DegradationFigures;
}

/** Markdown with a line before and after it; empty where the model has no such output. */
export function degradationsCard({ degradations }: Pick<ModelDescription, 'degradations'>, independent?: IndependentFigures): string {
  if (degradations === undefined) return '';
  const { output, thresholds, measured, from } = degradations;
  const groups = degradations.groups.map(escapeMarkdown);
  const { photographs, pristine } = measured;
  const weights = from?.weights;
  const own = ownAlarms(degradations);
  const source =
    from === undefined
      ? 'It was'
      : `It is a part of the model that ships with Antonym (${escapeMarkdown(from.model)}, SHA-256 ${from.sha256.slice(0, 16)}${
          weights === undefined ? '' : `; ${escapeMarkdown(weights.source)}, licence: ${escapeMarkdown(weights.licence ?? 'not stated')}`
        }), whatever encoder the score comes from,`;
  return `
### What is wrong with an image

A further output, \`${escapeMarkdown(output)}\` (float32, \`[batch, ${groups.length}]\`), says how strong each group of distortions is, from 0 (none) to 1 (the strongest): ${groups.join(', ')}.
A group is worth reporting from its threshold on (${groups.map((group, index) => `${group} ${thresholds[index]!.toFixed(2)}`).join(', ')}): of ${pristine.crops} pristine crops, ${percent(pristine.falseAlarms)} have one. ${source}
fitted to crops of known distortions, without opinions; these figures are of ${counted(photographs, 'photograph')} that the regressions behind them did not see${raised(degradations) ? ',\nwith the thresholds as they ship' : ''}.
${own === '' ? '' : `${own}\n`}
${figures('crops', groups, measured)}
${
  independent === undefined
    ? ''
    : `
Distorted by NumPy, SciPy, scikit-image and Pillow instead, whole photographs that it was not fitted to (${escapeMarkdown(independent.name)}): of ${independent.figures.pristine.crops} as
they are, ${percent(independent.figures.pristine.falseAlarms)} have something reported.

${figures('photographs', groups, independent.figures)}
`
}
It cannot tell causes that look alike: defocus from motion, the grain of a film from the noise of a sensor, a picture that is meant to be dark or gray from
one that became so.
`;
}

type Described = NonNullable<ModelDescription['degradations']>;

function raised({ own }: Described): boolean {
  return own?.raised !== undefined;
}

/** A sentence about the photographs of the run; empty where none were seen. */
export function ownAlarms({ own }: Described): string {
  if (own === undefined) return '';
  const reported = `Something is reported of ${percent(own.alarms)} of ${own.photographs} photographs of the run as they are`;
  return own.raised === undefined
    ? `${reported}.`
    : `${reported}; of ${percent(own.raised)} with the thresholds of this file, which are higher for that.`;
}

function figures(what: string, groups: readonly string[], { single, double }: DegradationFigures): string {
  const level = Math.round(single.from * 5);
  const rows = groups.map((group, row) => `| ${group} | ${single.confusion[row]!.join(' | ')} |`);
  return `Of ${single.crops} ${what} with one distortion at level ${level} of 5 or above, **${percent(single.recognized)}** have their group reported first${
    single.largest === undefined ? '' : `, and in **${percent(single.largest)}** it has the largest value, reported or not`
  }${double === undefined ? '' : `; of ${double.crops} with distortions of two groups, ${percent(double.found)} have both among the three largest values`}.

| Distorted by | ${groups.join(' | ')} | nothing |
| --- | ${groups.map(() => '--:').join(' | ')} | --: |
${rows.join('\n')}
`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
