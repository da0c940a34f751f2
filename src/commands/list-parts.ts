/** `score` and `evaluate opinion` score a list in parts alike: one part, and the state of all. */
import { type ListPart, sizeOfList } from '../score/parts/list-lines.js';
import type { PartFormat, PartHead } from '../score/parts/part-file.js';
import { statusOfParts } from '../score/parts/part-status.js';
import { type PartScorer, scorePart } from '../score/parts/score-part.js';
import { counted } from '../support/counted.js';
import { UserError } from '../support/errors.js';
import { jsonLine } from '../support/json-line.js';
import { printable } from '../support/printable.js';
import { startProgress } from '../support/progress.js';
import { describeParts, incompleteParts } from './describe-parts.js';
import type { ListPartFlags } from './list-part-options.js';
import { stopSignals } from './stop-signals.js';

/** One part of a list is asked for. */
export interface PartTask {
  readonly kind: 'score';
  readonly out: string;
  readonly list: string;
  readonly part: ListPart;
}

/** The task that is asked of parts, and its folder. */
export type PartsTask = PartTask | { readonly kind: 'status'; readonly out: string } | { readonly kind: 'merge'; readonly out: string };

/** @throws UserError for flags that do not fit together. */
export function partsTask({ list, shard, status, merge }: ListPartFlags, out: string | undefined): PartsTask {
  if (out === undefined) throw new UserError('--list, --shard, --status and --merge need --out, the folder of the scores.');
  const asked = [list !== undefined && '--list', status && '--status', merge && '--merge'].filter((flag) => flag !== false);
  if (asked.length === 0) throw new UserError('--out needs one of --list, --status and --merge.');
  if (asked.length > 1) throw new UserError(`${asked.join(' and ')} cannot be combined: the parts in --out know their list.`);
  if (list !== undefined) return { out, kind: 'score', list, part: shard ?? { number: 1, of: 1 } };
  if (shard) throw new UserError('--shard is for --list: leave it out.');
  return status ? { out, kind: 'status' } : { out, kind: 'merge' };
}

interface PartRun {
  readonly json: boolean;
  readonly quiet?: boolean;
  /** Facts about what is scored by what, without the list. */
  readonly about: Pick<PartHead, 'format' | 'model' | 'side' | 'maxPixels'>;
  readonly open: (onNotice: (notice: string) => void) => Promise<PartScorer>;
}

/** Scores a part of a list, with progress, until it is whole or a signal stops it. @returns the exit code */
export async function runPart({ out, list, part: { number, of } }: PartTask, { json, quiet, about, open }: PartRun): Promise<number> {
  const head: PartHead = { ...about, part: number, of, list, bytes: await sizeOfList(list) };
  const signals = stopSignals();
  const progress = quiet ? undefined : startProgress(`Scoring part ${number} of ${of}`);
  try {
    const scored = await scorePart({
      head,
      out,
      open: () => open((notice) => progress?.note(notice)),
      stop: signals.stop,
      onImage: (images, share) => {
        if (share !== undefined)
          progress?.update(Math.round(share * 1000), 1000, counted(images, 'image'), (thousandths) => `${thousandths / 10} %`);
      },
    });
    progress?.stop();
    if (!scored.isWhole) {
      process.stderr.write(
        `Stopped after ${counted(scored.images, 'image')}; ${scored.images === 1 ? 'it is' : 'they are'} kept. Repeat the command to resume.\n`,
      );
      return signals.exitCode();
    }
    const kept = scored.kept > 0 ? `, ${scored.kept} of them before` : '';
    process.stdout.write(
      json
        ? jsonLine(scored)
        : `${printable(scored.path)}: ${counted(scored.images, 'image')}${kept}, ${scored.failed} of them unreadable\n`,
    );
    return 0;
  } finally {
    progress?.stop();
    signals.ignore();
  }
}

/** @returns the exit code */
export async function printPartsStatus(out: string, format: PartFormat, json: boolean): Promise<number> {
  const status = await statusOfParts(out, format);
  const { parts, whole, images, failed } = status;
  process.stdout.write(json ? jsonLine(status) : describeParts(status, `${counted(images, 'image')}, ${failed} of them unreadable`));
  return whole === parts ? 0 : incompleteParts;
}
