/** How an exported model orders whole photographs, which it has never seen, under single distortions of growing strength. */
import { loadImage } from '#antonym/datasets/load-image.js';
import { openDataset } from '#antonym/datasets/open-dataset.js';
import { degrade, parseDistortionNames, sampleComposition } from '#antonym/degrade/composition.js';
import { openScorer } from '#antonym/score/scorer.js';
import { correctlyOrderedShare } from '#antonym/statistics/ordering.js';
import { srcc } from '#antonym/statistics/rank-correlation.js';
import { randomStream } from '#antonym/support/random.js';
import { printFigures, rounded } from './measure.js';

interface Flags {
  readonly model: string;
  readonly data: string;
  readonly distortion: string;
  readonly levels: string;
  readonly json?: true;
}

export async function benchOrdering(flags: Flags): Promise<void> {
  const levels = Number(flags.levels);
  const scorer = await openScorer(flags.model);
  const { images } = await openDataset(flags.data, { minimumSide: scorer.description.size.minimumSide, seed: 12345, limit: 24 });
  const figures: Record<string, string> = {};
  try {
    for (const name of parseDistortionNames(flags.distortion.split(','))) {
      const correlations: number[] = [];
      const shares: number[] = [];
      for (const reference of images) {
        const image = await loadImage(reference);
        const composition = sampleComposition(randomStream(1, 'ordering', reference.id, name), { maxDistortions: 1, distortions: [name] });
        const scores: number[] = [];
        for (let level = 0; level <= levels; level++) scores.push(await scorer.score(await degrade(image, composition, level, levels)));
        correlations.push(
          srcc(
            scores,
            scores.map((_, level) => level),
          ),
        );
        shares.push(correctlyOrderedShare(scores));
      }
      figures[name] = `SRCC ${rounded(mean(correlations))}, ordered ${rounded(100 * mean(shares))} %`;
    }
  } finally {
    await scorer.close();
  }
  printFigures({ images: images.length, ...figures }, flags.json === true);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
