/** `antonym score --list`: a part of a list as a task of an array of jobs, and the state of all parts. */
import { findModel } from '../../score/find-model.js';
import { loadModel } from '../../score/load-model.js';
import { sizeOfList } from '../../score/parts/list-lines.js';
import { mergeParts, statusOfParts } from '../../score/parts/part-status.js';
import { scorePart } from '../../score/parts/score-part.js';
import { UserError } from '../../support/errors.js';
import { digestOfFile } from '../../support/files/file-digest.js';
import { fileError } from '../../support/files/file-errors.js';
import { startProgress } from '../../support/progress.js';
import { describeParts, incompleteParts } from '../describe-parts.js';
import { loadOptionsOf, type ModelFlags } from '../open-models.js';
import { stopSignals } from '../stop-signals.js';

export interface PartFlags extends Omit<ModelFlags, 'model'> {
  readonly model?: string | undefined;
  readonly list?: string | undefined;
  readonly shard?: { readonly number: number; readonly of: number } | undefined;
  readonly out?: string | undefined;
  readonly status: boolean;
  readonly merge: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** @returns the exit code @throws UserError for flags that do not fit together. */
export async function scoreParts(flags: PartFlags, paths: readonly string[]): Promise<number> {
  const { list, shard, out, status, merge, json } = flags;
  if (paths.length > 0) throw new UserError(`--list names the images: leave ${paths[0]} out.`);
  if (out === undefined) throw new UserError('--list, --shard, --status and --merge need --out, the folder of the scores.');
  if ([list !== undefined, status, merge].filter(Boolean).length !== 1)
    throw new UserError('--out needs one of --list, --status and --merge.');
  if (shard && list === undefined) throw new UserError('--shard is for --list: leave it out.');
  if (status) return printStatus(out, json);
  if (merge) {
    const merged = await mergeParts(out);
    process.stdout.write(
      json ? `${JSON.stringify(merged)}\n` : `${merged.path}: ${merged.images} images, ${merged.failed} of them unreadable\n`,
    );
    return 0;
  }
  return scoreList({ ...flags, list: list!, out, shard: shard ?? { number: 1, of: 1 } });
}

interface ListFlags extends PartFlags {
  readonly list: string;
  readonly out: string;
  readonly shard: NonNullable<PartFlags['shard']>;
}

async function scoreList({ list, shard, out, json, quiet, model, maxPixels, ...device }: ListFlags): Promise<number> {
  const { path } = await findModel(model);
  const sha256 = await digestOfFile(path).catch((error) => {
    throw fileError('read the model', path, error);
  });
  const bytes = await sizeOfList(list);
  const signals = stopSignals();
  const progress = quiet ? undefined : startProgress(`Scoring part ${shard.number} of ${shard.of}`);
  try {
    const part = await scorePart({
      list,
      part: shard,
      out,
      sha256,
      bytes,
      maxPixels,
      open: () =>
        loadModel(
          path,
          loadOptionsOf({ ...device, maxPixels }, (notice) => progress?.note(notice)),
        ),
      stop: signals.stop,
      onImage: (images, share) => {
        if (share !== undefined)
          progress?.update(Math.round(share * 1000), 1000, `${images} images`, (thousandths) => `${thousandths / 10} %`);
      },
    });
    progress?.stop();
    if (!part.isWhole) {
      process.stderr.write(`Stopped after ${part.images} images; they are kept. Repeat the command to resume.\n`);
      return signals.exitCode();
    }
    const kept = part.kept > 0 ? `, ${part.kept} of them before` : '';
    process.stdout.write(
      json ? `${JSON.stringify(part)}\n` : `${part.path}: ${part.images} images${kept}, ${part.failed} of them unreadable\n`,
    );
    return 0;
  } finally {
    progress?.stop();
    signals.ignore();
  }
}

async function printStatus(out: string, json: boolean): Promise<number> {
  const status = await statusOfParts(out);
  const { parts, whole, images, failed } = status;
  process.stdout.write(json ? `${JSON.stringify(status)}\n` : describeParts(status, `${images} images, ${failed} of them unreadable`));
  return whole === parts ? 0 : incompleteParts;
}
