/** Checkpoints: the whole state of a training run after a step, in one file that is either intact or refused. */
import { createHash } from 'node:crypto';
import { UserError } from '../support/errors.js';
import { writeFileAtomically } from '../support/files/atomic-file.js';
import { fileError } from '../support/files/file-errors.js';
import { encodeSafetensors, readSafetensors } from '../tensors/safetensors.js';
import type { TensorData } from '../tensors/tensor-data.js';

export interface Checkpoint {
  /** Number of steps done. */
  readonly step: number;
  readonly tensors: ReadonlyMap<string, TensorData>;
  /** Whatever else a resumed run needs to know; keys must not start with `antonym.`. */
  readonly metadata: Readonly<Record<string, string>>;
}

const format = 'checkpoint-1';

/**
 * Writes a checkpoint as safetensors, atomically: until the new file is on disk, an older one of the same name stays. Equal
 * checkpoints give equal bytes. The tensors must not change until the promise is settled: they are written without a copy.
 * @throws UserError when it cannot be written (a full disk, for example).
 */
export async function saveCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const reserved = Object.keys(checkpoint.metadata).find((key) => key.startsWith('antonym.'));
  if (reserved !== undefined) throw new RangeError(`the metadata key "${reserved}" is reserved`);
  try {
    await writeFileAtomically(path, encode(checkpoint, digestOf(checkpoint)));
  } catch (error) {
    throw fileError('save the checkpoint', path, error);
  }
}

/**
 * Reads a checkpoint and verifies every bit of it.
 * @throws UserError when the file is missing, truncated, changed in any byte, or no checkpoint.
 */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  const { tensors, metadata: stored } = await readSafetensors(path);
  const { 'antonym.format': storedFormat, 'antonym.sha256': digest, 'antonym.step': step, ...metadata } = stored;
  if (storedFormat !== format || digest === undefined || step === undefined) {
    throw new UserError(`${path} is not a checkpoint of this program: it is a safetensors file without the mark "${format}".`);
  }
  const checkpoint = { step: Number(step), tensors, metadata };
  if (!Number.isSafeInteger(checkpoint.step) || checkpoint.step < 0) {
    throw new UserError(`${path} is damaged: it states the step ${step.slice(0, 20)}. Restore the files of the run, or start a new one.`);
  }
  if (digestOf(checkpoint) !== digest) {
    throw new UserError(`${path} is damaged: its content does not match its checksum. Restore the files of the run, or start a new one.`);
  }
  return checkpoint;
}

function encode({ step, tensors, metadata }: Checkpoint, digest: string): Uint8Array[] {
  const marks = { 'antonym.format': format, 'antonym.sha256': digest, 'antonym.step': String(step) };
  return encodeSafetensors({ tensors, metadata: { ...metadata, ...marks } });
}

/** The SHA-256 of the file as it would be with an empty digest: header and data are covered alike. */
function digestOf(checkpoint: Checkpoint): string {
  const hash = createHash('sha256');
  for (const piece of encode(checkpoint, '')) hash.update(piece);
  return hash.digest('hex');
}
