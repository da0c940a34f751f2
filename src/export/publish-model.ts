/** Puts an exported model in its place once it is proven: its file, and the file of weights beside it where it has one. */
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { OnnxPieces } from '../graph/onnx-file.js';
import { writeFileAtomically } from '../support/atomic-file.js';

export const modelName = 'model.onnx';
/** Where weights go that do not fit into the model's own file. */
export const dataName = `${modelName}.data`;

/**
 * Writes a model next to its place, has it checked there, and moves it. A model never meets the weights of another one: while the
 * file of weights is exchanged, there is no model.
 * @param check is given the path of the written model; when it throws, what was in the folder stays
 * @param rest writes what belongs to the model, after the check and before the model
 */
export async function publishModel<Checked>(
  folder: string,
  { model, data }: OnnxPieces,
  check: (path: string) => Promise<Checked>,
  rest: (checked: Checked) => Promise<void>,
): Promise<Checked> {
  const staging = join(folder, '.incomplete');
  const [path, dataPath] = [join(folder, modelName), join(folder, dataName)];
  try {
    await rm(staging, { recursive: true, force: true });
    if (data.length > 0) await writeFileAtomically(join(staging, dataName), data);
    await writeFileAtomically(join(staging, modelName), model);
    const checked = await check(join(staging, modelName));
    await rest(checked);
    if (data.length > 0 || existsSync(dataPath)) await rm(path, { force: true });
    if (data.length > 0) await rename(join(staging, dataName), dataPath);
    else await rm(dataPath, { force: true });
    await rename(join(staging, modelName), path);
    return checked;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
