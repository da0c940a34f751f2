/** The best checkpoint of a run so far: every later one states it, so that a resumed run does not forget it. */
import { z } from 'zod';
import type { Checkpoint } from '../runs/checkpoint.js';
import { UserError } from '../support/errors.js';

const schema = z.object({
  step: z.int().min(0),
  /** See `bestMetric`, and with opinions `bestAgreement`. */
  value: z.number(),
});

export type BestCheckpoint = Readonly<z.infer<typeof schema>>;

/**
 * The best checkpoint so far; undefined before the first evaluation.
 * @throws UserError when the metadata state something else.
 */
export function bestOf({ metadata }: Pick<Checkpoint, 'metadata'>): BestCheckpoint | undefined {
  if (metadata.best === undefined) return undefined;
  const { data } = schema.safeParse(jsonOf(metadata.best));
  if (data !== undefined) return data;
  throw new UserError('The checkpoint is damaged: it does not state which one was the best. Restore the files of the run.');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
