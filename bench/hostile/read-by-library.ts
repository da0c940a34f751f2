/** A process that reads files other than images one by one, as commands do: prints a line of JSON for each. */
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readTarImages } from '#antonym/datasets/tar-images.js';
import { readCsvOpinions } from '#antonym/evaluate/csv-opinions.js';
import { readOnnxModel } from '#antonym/graph/reading/onnx-model.js';
import { readDescription } from '#antonym/score/read-description.js';
import { UserError } from '#antonym/support/errors.js';
import type { OtherKind } from './other-files.js';

const read: Readonly<Record<OtherKind, (path: string) => Promise<void>>> = {
  csv: async (path) => void (await readCsvOpinions(path)),
  xlsx: async (path) => void (await readCsvOpinions(path)),
  async tar(path) {
    for await (const { data } of readTarImages(path)) if (data.length === 0) throw new UserError(`${path} has an empty image.`);
  },
  async json(path) {
    const folder = join(dirname(path), `${basename(path)}-model`);
    await mkdir(folder);
    await copyFile(path, join(folder, 'model.json'));
    await readDescription(join(folder, 'model.onnx'));
  },
  onnx: async (path) => void (await readOnnxModel(path)),
};

const [list] = process.argv.slice(2);
if (list !== undefined) {
  const files: readonly { readonly path: string; readonly format: OtherKind }[] = JSON.parse(await readFile(list, 'utf8'));
  for (const { path, format } of files) {
    const outcome = await read[format](path).then(
      () => ({ score: 1 }),
      // whatever is no UserError would reach a person as an unexpected failure
      (error: Error) => (error instanceof UserError ? { error: error.message } : { unexpected: error.stack ?? error.message }),
    );
    process.stdout.write(`${JSON.stringify({ file: path, ...outcome })}\n`);
  }
}
