/** Command lines in messages: they differ between a clone and an installed package. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeUrl, isInPackage } from './installed-files.js';

const packageFolder = dirname(dirname(dirname(fileURLToPath(codeUrl))));
/** Packages have no sources. */
const isClone = isInPackage && existsSync(join(packageFolder, 'src', 'build-and-run.mjs'));

/**
 * The command line for `train --resume x`: `npm run train -- --resume x` in a clone, `antonym train --resume x` in an installed
 * package, after `npx` if that was used. Exported files say `antonym ...` instead: they travel.
 */
export function commandHint(command: string): string {
  if (!isClone) return `${process.env.npm_command === 'exec' ? 'npx ' : ''}antonym ${command}`;
  const [, name, rest] = /^(\S+) ?(.*)$/s.exec(command) ?? [];
  return `npm run ${name}${rest ? ` -- ${rest}` : ''}`;
}
