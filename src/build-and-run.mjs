/**
 * Builds a project of this repository and runs one of its programs in the same process: `build-and-run.mjs PROJECT PROGRAM [WORDS]`. As one command it
 * can take the place of the shell that npm starts (exec), which would keep signals to itself, and works in cmd.exe (exec.cmd).
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
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
// npm ended meanwhile: the program, which takes SIGHUP for that, can no longer see it
if (isLeftByNpm()) setTimeout(() => process.kill(process.pid, 'SIGHUP'), 500).unref();
process.argv = [process.argv[0], join(root, program), ...words];
await import(pathToFileURL(process.argv[1]).href);

/** npm starts its scripts in its own group of processes; what adopts them afterwards is of another. */
function isLeftByNpm() {
  return process.env.npm_lifecycle_event !== undefined && process.platform === 'linux' && groupOf(process.ppid) !== groupOf(process.pid);
}

/** Field 5 of `/proc/PID/stat` (proc(5)). */
function groupOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ')[2];
  } catch {
    return undefined;
  }
}
