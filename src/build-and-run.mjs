/**
 * Builds a project of this repository and runs one of its programs in the same process: `build-and-run.mjs PROJECT PROGRAM [WORDS]`. As one command it
 * can take the place of the shell that npm starts (exec), which would keep signals to itself, and works in cmd.exe (exec.cmd).
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [project, program, ...words] = process.argv.slice(2);
const compiler = join(root, 'node_modules/typescript/bin/tsc');
if (!existsSync(compiler)) {
  process.stderr.write('error: The packages that the build needs are not installed. Install them with: npm ci\n');
  process.exit(1);
}
// what the compiler says is no output of the program
const { status } = spawnSync(process.execPath, [compiler, '--build', 'src', project], { cwd: root, stdio: ['ignore', 2, 2] });
if (status !== 0) process.exit(status ?? 1);
await import('./build-kernels.mjs');
process.argv = [process.argv[0], join(root, program), ...words];
await import(pathToFileURL(process.argv[1]).href);
