/** The place of ONNX Runtime's library: its npm package, an optional dependency, since its install script may fail where npm's registry is all there is. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../../support/errors.js';
import { codeUrl, installedFile, resolveInstalled } from '../../support/installed-files.js';

const libraryNames: Partial<Record<NodeJS.Platform, string>> = { darwin: 'libonnxruntime.1.dylib', win32: 'onnxruntime.dll' };

/**
 * The folder of the library; those of its providers lie beside it.
 * @throws UserError when the package is not installed.
 */
export function libraryFolder(): string {
  return join(binariesFolder(), process.platform, process.arch);
}

/** The folder of the libraries for all platforms: `<platform>/<processor>`, as Node.js names them. @throws as `libraryFolder` */
export function binariesFolder(): string {
  return join(dirname(dirname(packageMain())), 'bin', 'napi-v6');
}

/** @throws UserError when the library is not installed. */
export function libraryPath(): string {
  const path = join(libraryFolder(), libraryNames[process.platform] ?? 'libonnxruntime.so.1');
  if (existsSync(path)) return path;
  throw missing(`${path} is not there`);
}

function packageMain(): string {
  const main = resolveInstalled('onnxruntime-node');
  if (main === undefined) throw missing('onnxruntime-node cannot be found');
  return main;
}

function missing(reason: string): UserError {
  const { optionalDependencies } = JSON.parse(
    readFileSync(installedFile('package.json') ?? new URL('../../../package.json', import.meta.url), 'utf8'),
  );
  // npx has a package in a folder of its own, unless the project installed it.
  const remedy = codeUrl.includes('/_npx/')
    ? 'npx --ignore-scripts antonym ...'
    : `npm install --ignore-scripts onnxruntime-node@${optionalDependencies['onnxruntime-node']}`;
  const message =
    `ONNX Runtime is not installed: ${reason}. npm leaves it out where its install script cannot download CUDA, which is not needed. ` +
    `Leave the script out: ${remedy}`;
  return new UserError(message, { code: 'ERR_ANTONYM_NO_RUNTIME' });
}
