/** Warnings about images that a person should read before a model is trained on them, from a look at a few of them. */
import type { ImageReference } from '../../datasets/image-reference.js';
import type { Dataset } from '../../datasets/open-dataset.js';
import { checkImages, sampleOf } from '../../datasets/pristine/check-images.js';
import { findingNames } from '../../datasets/pristine/findings.js';
import { commandHint } from '../../support/command-hint.js';

/** Images looked at: less than a second. */
const sampleSize = 16;
/** Share up to which there is no warning: some images are soft or grainy on purpose, and fine patterns may look like noise. */
const mostFlawed = 1 / 8;

export interface AdvisedImages {
  readonly dataset: Dataset;
  /** Groups of images that nearly repeat each other. */
  readonly nearDuplicates: readonly (readonly ImageReference[])[];
}

/** Lines to print; none for rendered images, and none when all is well. The same images give the same lines. */
export async function dataAdvice({ dataset, nearDuplicates }: AdvisedImages): Promise<string[]> {
  if (dataset.kind === 'procedural') return [];
  const lines: string[] = [];
  const copies = nearDuplicates.reduce((sum, group) => sum + group.length - 1, 0);
  if (copies > 0) {
    lines.push(
      `note: ${copies} of ${dataset.images.length} images nearly ${copies === 1 ? 'repeats another' : 'repeat others'}; copies of held-out images are held out too`,
    );
  }
  const checked = await checkImages(sampleOf(dataset.images, sampleSize));
  const flawed = checked.filter(({ findings }) => findings.length > 0);
  if (flawed.length > mostFlawed * checked.length) {
    const counts = findingNames.flatMap((name) => {
      const count = flawed.filter(({ findings }) => findings.includes(name)).length;
      return count > 0 ? [`${name} ${count}`] : [];
    });
    lines.push(
      `warning: ${flawed.length} of ${checked.length} images looked at ${flawed.length === 1 ? 'does' : 'do'} not seem pristine (${counts.join(', ')}): ` +
        `the model would learn that flaws are good. ${commandHint('degrade check FOLDER')} says more` +
        (dataset.downscale.factor === 1 ? '; --downscale auto may help' : ''),
    );
  }
  return lines;
}
