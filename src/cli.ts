#!/usr/bin/env node
/** The `antonym` command: begins with what must be true before its modules, many of which are opened at once, can be loaded. */
import { leastOpenFiles, loadWithFewFiles, mostOpenFiles } from './support/open-files.js';

const limit = mostOpenFiles();
if (limit < leastOpenFiles) {
  const message = `Only ${limit} files may be open at a time here, and ${leastOpenFiles} are needed. Raise the limit in this shell with: ulimit -n 1024`;
  process.stderr.write(`error: ${message}\n`);
  process.exitCode = 1;
} else {
  loadWithFewFiles(limit);
  await import('./program.js');
}
