/** Files and packages that are found where the program is installed, also by code that a bundler has moved: native libraries, threads, the model. */
import { existsSync } from 'node:fs';
import module from 'node:module';
import { pathToFileURL } from 'node:url';

/** The URL of the file that this code lies in: of a bundle, where one holds it. CommonJS, as bundlers write it, has no `import.meta.url`. */
export const codeUrl: string = import.meta.url ?? pathToFileURL(__filename).href;

/** False where the code is part of a bundle, unless its maker keeps the URLs of the sources. */
export const isInPackage = /\/dist\/support\/installed-files\.js$/.test(codeUrl);

/**
 * A file of this package, where it is installed; undefined where it is not. A bundle may run where nothing is installed: callers then take
 * `new URL('./file', import.meta.url)`, which some bundlers follow.
 * @param path below the package's folder
 */
export function installedFile(path: string): URL | undefined {
  for (const folder of packageFolders()) {
    const file = new URL(path, folder);
    if (existsSync(file)) return file;
  }
  return undefined;
}

/** Where this package may lie. The package.json that is found first may be a copy that a bundler has put beside its bundle, without the rest. */
function* packageFolders(): Generator<URL> {
  if (isInPackage) yield new URL('../../', codeUrl);
  const description = resolveInstalled('antonym/package.json');
  if (description !== undefined) yield new URL('./', pathToFileURL(description));
  for (const folder of requires().flatMap((require) => require.resolve.paths('antonym') ?? [])) yield pathToFileURL(`${folder}/antonym/`);
}

/** The file that a package's name stands for when the program runs: a name that is no constant stays out of bundlers' sight. */
export function resolveInstalled(name: string): string | undefined {
  for (const require of requires()) {
    try {
      return require.resolve(name);
    } catch {
      // not there
    }
  }
  return undefined;
}

/** Some bundles keep the URL that the code had where they were made; then the file that the process or the thread was started with tells where to look. */
function requires(): NodeJS.Require[] {
  return [codeUrl, process.argv[1]].flatMap((base) => {
    try {
      return base === undefined ? [] : [module.createRequire(base)];
    } catch {
      return [];
    }
  });
}

/** A package whose native files bundlers cannot take in. @throws what Node.js says of a package that is not there or cannot be loaded. */
export function requireInstalled(name: string): unknown {
  return module.createRequire(codeUrl)(resolveInstalled(name) ?? name);
}
