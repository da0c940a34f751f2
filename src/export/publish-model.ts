/** Puts an exported model in its place once it is proven: its file, and the file of weights beside it where it has one. */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { OnnxPieces } from '../graph/onnx-file.js';
import { writeFileAtomically } from '../support/files/atomic-file.js';

export const modelName = 'model.onnx';
/** Name of the file for weights that do not fit into the model's own. */
export const dataName = `${modelName}.data`;

/**
 * Writes a model next to its place, has it checked there, and moves it. A model never meets the weights of another one: while the
 * file of weights is exchanged, there is no model.
 * @param check is given the path of the written model, in a folder that goes away; when it throws, the earlier files stay, and nothing else
 * @param rest writes the files that belong to the model, after the check and before the model
 */
export async function publishModel<Checked>(
  folder: string,
  { model, data }: OnnxPieces,
  check: (path: string) => Promise<Checked>,
  rest: (checked: Checked) => Promise<void>,
): Promise<Checked> {
  const staging = join(folder, '.incomplete');
  const [path, dataPath] = [join(folder, modelName), join(folder, dataName)];
  await rm(staging, { recursive: true, force: true });
  const created = await mkdir(staging, { recursive: true });
  try {
    const checked = await check(await writeModel(staging, { model, data }));
    await rest(checked);
    if (data.length > 0 || existsSync(dataPath)) await rm(path, { force: true });
    if (data.length > 0) await rename(join(staging, dataName), dataPath);
    else await rm(dataPath, { force: true });
    await rename(join(staging, modelName), path);
    return checked;
  } catch (error) {
    // folders that were made for the model, and hold nothing else
    if (created !== undefined) await rm(created, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Writes a model that is not published. @returns its path */
export async function writeModel(folder: string, { model, data }: OnnxPieces): Promise<string> {
  const path = join(folder, modelName);
  if (data.length > 0) await writeFileAtomically(join(folder, dataName), data);
  await writeFileAtomically(path, model);
  return path;
}
