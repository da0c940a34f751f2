/** The files of an exported model, which belong together: names, and the hashes by which each knows the others. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { OnnxPieces } from '../graph/onnx-file.js';
import type { HashedFile } from '../support/files/hash-files.js';
import { writeContent } from '../support/files/write-content.js';
import { seenOpinionsName } from './seen-opinions.js';

export const modelName = 'model.onnx';
/** Name of the file for weights that do not fit into the model's own. */
export const dataName = `${modelName}.data`;
export const descriptionName = 'model.json';
export const parityName = 'parity.json';
export const modelCardName = 'MODEL_CARD.md';

const names: ReadonlySet<string> = new Set([
  modelName,
  dataName,
  descriptionName,
  parityName,
  modelCardName,
  seenOpinionsName,
  'calibration.json',
]);

/** True for a file that a new model replaces or removes where an earlier one lies. */
export function isModelFile(name: string): boolean {
  return names.has(name);
}

/** Writes a model into a folder. @returns its path */
export async function writeModel(folder: string, { model, data }: OnnxPieces): Promise<string> {
  const path = join(folder, modelName);
  if (data.length > 0) await writeContent(join(folder, dataName), data);
  await writeContent(path, model);
  return path;
}

/** The files that `writeModel` writes, as `model.json` states them; the model itself is the first. */
export function hashesOf({ model, data }: OnnxPieces): [HashedFile, ...HashedFile[]] {
  return [hashOf(modelName, model), ...(data.length > 0 ? [hashOf(dataName, data)] : [])];
}

function hashOf(name: string, pieces: readonly Uint8Array[]): HashedFile {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return { name, bytes: pieces.reduce((total, { byteLength }) => total + byteLength, 0), sha256: hash.digest('hex') };
}
