/** The batches of the trainer, made ahead while it computes. */
import { resultsAhead } from '../support/results-ahead.js';
import type { PairRecord } from './pair.js';
import type { PairSequence } from './pair-sequence.js';

export interface BatchOptions {
  /** Photographs per batch; may exceed the number of images. */
  readonly batchSize: number;
  /** The step of the first batch: 0, or that of a resumed run. */
  readonly firstStep: number;
  /** Only some of every `of` batches, where other processes make the rest; default: all. */
  readonly share?: { readonly first: number; readonly count: number; readonly of: number };
}

export interface Batch {
  readonly step: number;
  /** [batchSize, levels + 1, 2, crop, crop, 3], RGB, 0..255. Owns its buffer. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** One per photograph. */
  readonly records: readonly PairRecord[];
}

/** Batches made ahead: one is ready when the step ends, one covers for slow pairs. */
const batchesAhead = 2;

/**
 * Endless batches from `firstStep` on. The batch of step s holds the pairs s * batchSize and up of the sequence, so it depends
 * only on s and the sequence. Stop by leaving the loop; the sequence stays usable.
 * @throws whatever the sequence throws.
 */
export function batches(sequence: PairSequence, { batchSize, firstStep, share }: BatchOptions): AsyncGenerator<Batch, never> {
  // Steps do not end, so neither do batches.
  const made = resultsAhead(numbersFrom(firstStep, share), batchesAhead, (step) => makeBatch(sequence, batchSize, step));
  return made as AsyncGenerator<Batch, never>;
}

/** Numbers of the batches of this process, from a first one on. */
export function* numbersFrom(first: number, share: BatchOptions['share'] = { first: 0, count: 1, of: 1 }): Generator<number> {
  for (let number = first; ; number++) {
    const part = number % share.of;
    if (part >= share.first && part < share.first + share.count) yield number;
  }
}

/** The batch of one step. */
export async function makeBatch(sequence: PairSequence, batchSize: number, step: number): Promise<Batch> {
  const pairs = await Promise.all(Array.from({ length: batchSize }, (_, place) => sequence.pair(step * batchSize + place)));
  const size = pairs[0]!.pixels.length;
  const pixels = new Uint8Array(batchSize * size);
  for (const [place, pair] of pairs.entries()) {
    pixels.set(pair.pixels, place * size);
    sequence.release?.(pair.pixels);
  }
  return { step, pixels, records: pairs.map(({ record }) => record) };
}
