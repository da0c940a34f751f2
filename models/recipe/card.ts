/**
 * `npm run model:card -- --opinion FILE.csv --images FOLDER --name TEXT --why FILE.json --why-name TEXT`: measures the shipped model against opinions,
 * and says so in its card, with what `npm run bench -- why --json` printed.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readCsvOpinions } from '#antonym/evaluate/csv-opinions.js';
import { evaluateOpinion } from '#antonym/evaluate/evaluate-opinion.js';
import { degradationFiguresSchema } from '#antonym/export/degradations/degradation-figures.js';
import { modelCard } from '#antonym/export/model-card.js';
import { modelCardName } from '#antonym/export/model-files.js';
import { paritySchema } from '#antonym/export/parity.js';
import { opinionResult } from '#antonym/report/opinion-result.js';
import { loadModel } from '#antonym/score/load-model.js';
import { UserError } from '#antonym/support/errors.js';
import { writeFileAtomically } from '#antonym/support/files/atomic-file.js';
import { digestOfFile } from '#antonym/support/files/file-digest.js';
import { hashFiles } from '#antonym/support/files/hash-files.js';
import { parseSealed } from '#antonym/support/sealed-json.js';
import { modelName } from './recipe.js';

const bootstrap = { resamples: 2000, seed: 1, confidence: 0.95 };

try {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { opinion: text, images: text, name: text, why: text, 'why-name': text } });
  const { opinion, images, name, why, 'why-name': whyName } = values;
  if (opinion === undefined || name === undefined)
    throw new UserError('say whose opinions: --opinion FILE.csv and --name TEXT for the card');
  if ((why === undefined) !== (whyName === undefined)) throw new UserError('say of which photographs --why is: --why-name TEXT');
  const figures = why === undefined ? undefined : degradationFiguresSchema.parse(JSON.parse(await readFile(why, 'utf8')));
  const folder = join('models', modelName);
  const path = join(folder, 'model.onnx');
  const model = await loadModel(path);
  try {
    const opinions = { ...(await readCsvOpinions(opinion, {}, images)), name };
    const { evaluation } = await evaluateOpinion(opinions, [{ name: modelName, sha256: await digestOfFile(path), model }], bootstrap);
    const result = opinionResult(evaluation, evaluation.measures[0]!);
    const files = (await hashFiles(folder)).filter((file) => file.name !== modelCardName);
    const parity = paritySchema.parse(parseSealed(await readFile(join(folder, 'parity.json'), 'utf8')));
    const card = modelCard({
      description: model.description,
      parity,
      files,
      opinions: [result],
      ...(figures && { independent: { name: whyName!, figures } }),
    });
    await writeFileAtomically(join(folder, modelCardName), card);
    process.stdout.write(`${JSON.stringify(result)}\n`);
  } finally {
    await model.close();
  }
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 1;
}
