/** Scores pairs of pictures. A pair of which one file cannot be scored is named and left out. */
import { stat } from 'node:fs/promises';
import { readingFault } from '../score/errors.js';
import type { Model, ScoredImage } from '../score/model.js';
import { patiently } from '../support/files/passing-failures.js';
import type { ComparedPair, ScoredFile } from './comparison.js';
import type { PicturePair } from './match-pictures.js';

/** A pair of which a file cannot be scored. */
export interface UnusablePair {
  readonly name: string;
  readonly reason: string;
}

export interface ScoredPairs {
  readonly compared: readonly ComparedPair[];
  readonly unusable: readonly UnusablePair[];
}

export interface PairOptions {
  /** True to ask what is wrong with each picture, too. */
  readonly degradations?: boolean;
  /** Called after each pair, with how many are done. */
  readonly onPair?: (done: number) => void;
}

/** @throws ModelError when the model cannot say what is wrong, and is asked to. */
export async function scorePairs(
  pairs: readonly PicturePair[],
  model: Pick<Model, 'scoreEach'>,
  { degradations = false, onPair }: PairOptions = {},
): Promise<ScoredPairs> {
  const compared: ComparedPair[] = [];
  const unusable: UnusablePair[] = [];
  let first: ScoredImage | undefined;
  for await (const scored of model.scoreEach(
    pairs.flatMap(({ before, after }) => [before, after]),
    { degradations },
  )) {
    if (first === undefined) {
      first = scored;
      continue;
    }
    const { name, before, after } = pairs[(scored.index - 1) / 2]!;
    const [one, other] = [await scoredFile(before, first), await scoredFile(after, scored)];
    if (typeof one === 'string') unusable.push({ name, reason: one });
    else if (typeof other === 'string') unusable.push({ name, reason: other });
    else compared.push({ name, before: one, after: other, difference: other.score - one.score });
    first = undefined;
    onPair?.(compared.length + unusable.length);
  }
  return { compared, unusable };
}

/** The file with its score, or the reason why it has none. */
async function scoredFile(path: string, scored: ScoredImage): Promise<ScoredFile | string> {
  if (scored.error) {
    if (readingFault(scored.error) === 'ERR_ANTONYM_BUSY') throw scored.error;
    return scored.error.message;
  }
  const { score, width, height, degradations } = scored;
  if (!Number.isFinite(score)) return `${path}: The model's score is not a number.`;
  return { path, score, bytes: (await patiently(() => stat(path))).size, width, height, ...(degradations && { degradations }) };
}
