/** Reads `model.json` for scoring: one as it should be without the schema's library, whose start takes longer than scoring a photograph. */
import { dirname, join } from 'node:path';
import type { ModelDescription } from '../export/model-description.js';
import { systemCodeOf, UserError } from '../support/errors.js';
import { fileError } from '../support/files/file-errors.js';
import { readRegularText } from '../support/files/regular-file.js';
import { parseSealed } from '../support/sealed-json.js';

/**
 * The description beside a model.
 * @throws UserError when it is missing or does not describe a model of this version.
 */
export async function readDescription(modelPath: string, path = join(dirname(modelPath), 'model.json')): Promise<ModelDescription> {
  let text: string;
  try {
    text = await readRegularText(path);
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw fileError('read', path, error);
    const message = `${path} is missing: it says how to use ${modelPath} and belongs beside it.`;
    throw new UserError(message, { cause: error, code: 'ERR_ANTONYM_NO_SUCH_FILE' });
  }
  const description = asExpected(text);
  if (description !== undefined) return description;
  const { parseModelDescription } = await import('../export/model-description.js');
  return parseModelDescription(text, path);
}

/** The description where everything that scoring depends on is as this version writes it; the schema judges all others. */
function asExpected(text: string): ModelDescription | undefined {
  let json: Partial<ModelDescription> | null;
  try {
    json = parseSealed(text) as Partial<ModelDescription> | null;
  } catch {
    return undefined;
  }
  if (json?.format !== 'antonym-model-1' || !isSize(json.size?.minimumSide) || !isSize(json.largeImages?.maximumPixels)) return undefined;
  if (json.size.fixedSide !== undefined && !isSize(json.size.fixedSide)) return undefined;
  const { crops } = json;
  if (json.opinion !== undefined || json.trainedOpinions !== undefined) return undefined;
  if (crops !== undefined && !(isSize(crops?.side) && isSize(crops.stride) && crops.whole === 'bilinear')) return undefined;
  if (json.files !== undefined && !(Array.isArray(json.files) && json.files.every(isHashed))) return undefined;
  const objects = [json.score, json.evaluation, json.data, json.training, json.scorePercentiles];
  if (!objects.every((part) => typeof part === 'object' && part !== null) || !(Number(json.scale) > 0)) return undefined;
  return json as ModelDescription;
}

function isHashed(file: unknown): boolean {
  const { name, bytes, sha256 } = Object(file);
  return typeof name === 'string' && Number.isInteger(bytes) && typeof sha256 === 'string';
}

function isSize(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0;
}
