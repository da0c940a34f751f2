/** Command lines in messages: they differ between a clone and an installed package. */
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const packageFolder = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const isInstalled = basename(dirname(packageFolder)) === 'node_modules';

/**
 * The command line for `train --resume x`: `npm run train -- --resume x` in a clone, `antonym train --resume x` in an installed
 * package, after `npx` if that was used. Exported files say `antonym ...` instead: they travel.
 */
export function commandHint(command: string): string {
  if (isInstalled) return `${process.env.npm_command === 'exec' ? 'npx ' : ''}antonym ${command}`;
  const [, name, rest] = /^(\S+) ?(.*)$/s.exec(command) ?? [];
  return `npm run ${name}${rest ? ` -- ${rest}` : ''}`;
}
