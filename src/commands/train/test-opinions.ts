/** The exported model of a run with opinions on its test images, which neither training nor the choice of the checkpoint saw. */

import { join } from 'node:path';
import { evaluateOpinion } from '../../evaluate/evaluate-opinion.js';
import type { Opinions } from '../../evaluate/opinions.js';
import { writeEvaluation } from '../../evaluate/write-evaluation.js';
import type { RunFolder } from '../../runs/run-directory.js';
import { counted } from '../../support/counted.js';
import { everything, writeFolderAtomically } from '../../support/files/atomic-folder.js';
import { startProgress } from '../../support/progress.js';
import type { OpinionSet } from '../../train/opinion/opinion-set.js';
import { closeModels, openModels } from '../open-models.js';

/** Agreement with opinions; null where it is not defined. */
export interface OpinionTest {
  readonly images: number;
  readonly srcc: number | null;
  readonly plcc: number | null;
  readonly baseline: number | null;
}

const bootstrap = { resamples: 1000, seed: 1, confidence: 0.95 };

/**
 * Writes the evaluation into the run, where the report and the card find it.
 * @returns undefined where no image was kept for the test
 */
export async function testOpinions(folder: RunFolder, table: Opinions, { name, test }: OpinionSet): Promise<OpinionTest | undefined> {
  if (test.length === 0) return undefined;
  const progress = startProgress('Scoring the test images');
  const models = await openModels({ model: [folder.name], device: 'cpu', providerOptions: 'none' }, () => {});
  try {
    const rated = test.map(({ path, opinion }) => ({ image: path, opinion }));
    const part: Opinions = { ...table, name: `${name}, test part`, rated };
    const evaluated = await evaluateOpinion(part, models, bootstrap, { onImage: (done, total) => progress.update(done, total, 'images') });
    const [own, baseline] = evaluated.evaluation.measures;
    const target = join(folder.evaluations, `${name}-test`);
    await writeFolderAtomically(
      { path: target, replaces: everything },
      async (temporary) => void (await writeEvaluation(temporary, evaluated)),
    );
    progress.succeed(`Tested on ${counted(evaluated.images.length, 'image')} that training did not see`);
    return { images: evaluated.images.length, srcc: own!.srcc.value, plcc: own!.plcc.value, baseline: baseline!.srcc.value };
  } finally {
    progress.stop();
    await closeModels(models);
  }
}
