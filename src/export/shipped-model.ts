/** The model that comes with the package: what scores photographs when nobody names another. */
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { installedFile } from '../support/installed-files.js';

export interface ShippedModel {
  /** The ONNX file. */
  readonly path: string;
  /** Its `model.json`; bundlers may put them in different places. */
  readonly description: string;
}

/** Undefined where this copy of the program has none. */
export async function shippedModel(): Promise<ShippedModel | undefined> {
  // each by its own URL: bundlers follow those of files, not of folders
  const path = fileURLToPath(installedFile('models/capture/model.onnx') ?? new URL('../../models/capture/model.onnx', import.meta.url));
  const description = fileURLToPath(
    installedFile('models/capture/model.json') ?? new URL('../../models/capture/model.json', import.meta.url),
  );
  const isThere = await stat(path).then(
    (status) => status.isFile(),
    () => false,
  );
  return isThere ? { path, description } : undefined;
}
