/** A training run that reached values that are not finite: its batch is kept, and a comparison of learning rates counts it as a result. */
import { join } from 'node:path';
import { AgreedError } from '../peers/agreed-error.js';
import type { RunFolder } from '../runs/run-directory.js';
import { writeFileAtomically } from '../support/files/atomic-file.js';
import { fileError } from '../support/files/file-errors.js';
import { encodeSafetensors } from '../tensors/safetensors.js';
import type { NamedTensors } from '../tensors/tensor-data.js';
import type { TrainOptions } from './options.js';

/** Every process of a training has it. */
export class DivergedError extends AgreedError {
  override name = 'DivergedError';
}

/** A batch, and from what it can be made again. */
export interface DivergedBatch {
  readonly pixels: Uint8Array;
  readonly records: readonly object[];
}

export interface DivergenceReport {
  readonly step: number;
  /** The batches of the step. */
  readonly batches: readonly DivergedBatch[];
  /** The step of the last checkpoint; 0 when there is none. */
  readonly saved: number;
}

/** Saves the batch that made the training diverge. @returns the error to throw. @throws UserError when it cannot be saved. */
export async function saveDiverged(
  folder: RunFolder,
  { step, batches: used, saved }: DivergenceReport,
  precision: TrainOptions['precision'],
): Promise<Error> {
  const path = join(folder.path, `diverged-step-${step}.safetensors`);
  const tensors = used.map(({ pixels }, part) => [`crops.${part}`, { dataType: 'uint8', shape: [pixels.length], data: pixels }] as const);
  const metadata = Object.fromEntries(used.map(({ records }, part) => [`records.${part}`, JSON.stringify(records)]));
  try {
    await writeFileAtomically(path, encodeSafetensors({ tensors: new Map(tensors), metadata }));
  } catch (error) {
    throw fileError('save the batch of a diverged step to', path, error);
  }
  return new DivergedError(
    `The training diverged at step ${step}: a loss, gradient or weight is not a finite number. Its batch is saved in ${path}. ` +
      `${saved === 0 ? 'There was no checkpoint yet' : `The checkpoint of step ${saved} is intact`}. Start a new run with a lower --lr${
        precision === 'mixed' ? ', or with --precision fp32, where more than 65504 is a number' : ''
      }.`,
  );
}

/** True when every floating-point number of a state is finite. */
export function isFiniteState(state: NamedTensors): boolean {
  for (const { dataType, data } of Object.values(state)) {
    if (dataType !== 'float32' && dataType !== 'float64') continue;
    for (let index = 0; index < data.length; index++) if (!Number.isFinite(data[index])) return false;
  }
  return true;
}
