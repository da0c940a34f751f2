/** Refuses what several processes cannot train together. */
import { AgreedError } from '../peers/agreed-error.js';
import type { Peers } from '../peers/peers.js';
import { counted } from '../support/counted.js';
import type { TrainOptions } from './options.js';

/** @param options the same in every process @throws AgreedError */
export function requireShareable(
  { accumulate, batchSize, engine }: Pick<TrainOptions, 'accumulate' | 'batchSize' | 'engine'>,
  { size }: Pick<Peers, 'size'>,
): void {
  if (engine === 'tensorflow')
    throw new AgreedError(`--engine tensorflow trains in one process, but a launcher of MPI has started ${size}: start it without one.`);
  if (size <= accumulate) return;
  const photographs = batchSize * accumulate;
  const advice =
    photographs % size === 0
      ? `--batch-size ${photographs / size} --accumulate ${size} takes as many photographs`
      : `use --accumulate ${size} or more`;
  throw new AgreedError(
    `${size} processes cannot share the ${counted(accumulate, 'part')} of an update: each needs at least one. --accumulate is the number of parts ` +
      `of all processes together: ${advice}, or start fewer processes.`,
  );
}
