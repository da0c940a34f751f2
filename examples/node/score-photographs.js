/** Lists the photographs of a folder from best to worst: `node score-photographs.js FOLDER [MODEL]`. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ImageError, loadModel } from 'antonym';

const [folder, modelPath] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('usage: node score-photographs.js FOLDER [MODEL]\n');
  process.exit(1);
}

const model = await loadModel(modelPath);
const names = (await readdir(folder)).filter((name) => /\.(jpe?g|png|webp|tiff?|avif|bmp)$/i.test(name));

// All at once: the model queues them. Each has its own result, so that one damaged file does not end the rest.
const results = await Promise.all(
  names.map(async (name) => {
    try {
      return [{ name, score: await model.score(join(folder, name)) }];
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      process.stderr.write(`${error.message}\n`);
      return [];
    }
  }),
);
const lines = results
  .flat()
  .sort((a, b) => b.score - a.score)
  .map(({ name, score }) => `${score.toFixed(4)}  ${name}\n`);
process.stdout.write(lines.join(''));
await model.close();
