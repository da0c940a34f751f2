/** The models of `--model`, opened to be compared. */
import { dirname, join } from 'node:path';
import { calibratedImages, calibrationName } from '../calibrate/calibration-file.js';
import type { NamedModel } from '../evaluate/evaluate-opinion.js';
import { opinionsSeen } from '../export/opinions-seen.js';
import { seenOpinionsName, trainedImages } from '../export/seen-opinions.js';
import type { DeviceName } from '../runtime/devices/device-names.js';
import { noProviderOptions } from '../runtime/devices/provider-options.js';
import { findModel } from '../score/find-model.js';
import { loadModel } from '../score/load-model.js';
import type { LoadOptions } from '../score/model.js';
import { UserError } from '../support/errors.js';
import { digestOfFile } from '../support/files/file-digest.js';
import { fileError } from '../support/files/file-errors.js';

/** The flags of a command that say what to open and how. */
export interface ModelFlags {
  readonly model?: readonly string[] | undefined;
  readonly maxPixels?: number | undefined;
  readonly scale?: number | undefined;
  readonly device: DeviceName;
  readonly providerOptions: string;
}

/** The library's options for the flags of a command. */
export function loadOptionsOf(flags: Omit<ModelFlags, 'model'>, onNotice: (notice: string) => void): LoadOptions {
  const { device, providerOptions, maxPixels, scale } = flags;
  return {
    device,
    ...(providerOptions !== noProviderOptions && { providerOptions }),
    ...(maxPixels !== undefined && { maximumPixels: maxPixels }),
    ...(scale !== undefined && { scale }),
    onNotice,
  };
}

/**
 * Opens models by file or run; without any, the one that `score` takes.
 * @param onNotice takes what is worth knowing about the device
 * @throws UserError when one cannot be opened or is given twice; none stays open then.
 */
export async function openModels(flags: ModelFlags, onNotice: (notice: string) => void): Promise<NamedModel[]> {
  const { model: given = [] } = flags;
  const options = loadOptionsOf(flags, onNotice);
  const models: NamedModel[] = [];
  const names = new Set<string>();
  try {
    for (const text of given.length === 0 ? [undefined] : given) {
      const { path, run } = await findModel(text);
      const name = run ?? text ?? path;
      if (names.has(name)) throw new UserError(`--model ${name} is given twice.`);
      names.add(name);
      const sha256 = await digestOfModel(path);
      const model = await loadModel(path, options);
      const { opinion, trainedOpinions } = model.description;
      const seen = opinionsSeen(model.description);
      const entry = { name: seen === undefined ? name : `${name} (${seen})`, ...(run !== undefined && { run }), sha256, model };
      models.push(entry);
      const beside = (file: string): string => join(dirname(path), file);
      if (opinion) models.splice(-1, 1, { ...entry, seen: await calibratedImages(beside(calibrationName)) });
      else if (trainedOpinions?.images) models.splice(-1, 1, { ...entry, seen: await trainedImages(beside(seenOpinionsName)) });
    }
    return models;
  } catch (error) {
    await closeModels(models);
    throw error;
  }
}

/** SHA-256 of the models of `--model`, in their order, with spaces between. @throws UserError when one cannot be read. */
export async function digestsOf(given: readonly string[] = []): Promise<string> {
  const digests: string[] = [];
  for (const text of given.length === 0 ? [undefined] : given) digests.push(await digestOfModel((await findModel(text)).path));
  return digests.join(' ');
}

/** @throws UserError when it cannot be read. */
export async function digestOfModel(path: string): Promise<string> {
  try {
    return await digestOfFile(path);
  } catch (error) {
    throw fileError('read the model', path, error);
  }
}

export async function closeModels(models: readonly NamedModel[]): Promise<void> {
  for (const { model } of models) await model.close();
}
