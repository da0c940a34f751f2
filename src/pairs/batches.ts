/** The batches that the trainer consumes, made ahead while it computes. */
import type { PairRecord } from './pair.js';
import type { PairPool } from './pair-pool.js';
import { PairSequence, type PairSequenceOptions } from './pair-sequence.js';

export interface BatchOptions extends PairSequenceOptions {
  /** Photographs per batch; may exceed the number of images. */
  readonly batchSize: number;
  /** The step of the first batch: 0, or where a run resumes. */
  readonly firstStep: number;
}

export interface Batch {
  readonly step: number;
  /** [batchSize, levels + 1, 2, crop, crop, 3], RGB, 0..255. Owns its buffer. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** One per photograph. */
  readonly records: readonly PairRecord[];
}

/** Batches made before they are asked for: one that is ready when the step ends, one that covers for slow pairs. */
const batchesAhead = 2;

/**
 * Batches without end from `firstStep` on. The batch of step s holds the pairs s * batchSize and up of the `PairSequence` of
 * the options, so it depends on s and the options alone. Stop by leaving the loop; the pool stays open.
 * @throws UserError when no image can be used.
 */
export async function* batches(pool: Pick<PairPool, 'make'>, options: BatchOptions): AsyncGenerator<Batch, never> {
  const sequence = new PairSequence(pool, options);
  const ahead: Promise<Batch>[] = [];
  for (let step = options.firstStep; ; step++) {
    while (ahead.length <= batchesAhead) {
      const batch = makeBatch(sequence, options.batchSize, step + ahead.length);
      // Failures are thrown to the consumer in the order of steps; until then they are not unhandled.
      batch.catch(() => {});
      ahead.push(batch);
    }
    yield await ahead.shift()!;
  }
}

async function makeBatch(sequence: PairSequence, batchSize: number, step: number): Promise<Batch> {
  const pairs = await Promise.all(Array.from({ length: batchSize }, (_, place) => sequence.pair(step * batchSize + place)));
  const size = pairs[0]!.pixels.length;
  const pixels = new Uint8Array(batchSize * size);
  for (const [place, pair] of pairs.entries()) pixels.set(pair.pixels, place * size);
  return { step, pixels, records: pairs.map(({ record }) => record) };
}
