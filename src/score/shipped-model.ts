/** The model that comes with the package: what scores photographs when nobody names another. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const modelsFolder = fileURLToPath(new URL('../../models', import.meta.url));

/** The path of `models/<name>/model.onnx` in this package, of the first name where there are several; undefined where there is none. */
export async function shippedModel(): Promise<string | undefined> {
  const names = await readdir(modelsFolder).catch(() => []);
  for (const name of names.sort()) {
    const path = join(modelsFolder, name, 'model.onnx');
    if (await isFile(path)) return path;
  }
  return undefined;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isFile(),
    () => false,
  );
}
