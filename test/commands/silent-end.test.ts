/** A command whose work can never end says so: an event loop that runs empty would end it without a word. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { program } from './antonym.js';

/** A call of the system that is never answered. */
const silent = `data:text/javascript,${encodeURIComponent(`
  import fs from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  fs.promises.readdir = () => new Promise(() => {});
  syncBuiltinESMExports();
`)}`;

test('the end of an event loop that has nothing to do is an error with a message and the code of failures', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', silent, program, 'report', 'none'], { encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(
    /^error: The program ended before its work was done\. It waited for .*\. What it wrote is whole\. Please report it\.$/m,
  );
});

test('what nobody catches is told in one line, without a stack', () => {
  // once the program has begun
  const thrower = `const wait = setInterval(() => {
    if (process.listenerCount('uncaughtException') > 0) throw new Error('on purpose');
  }, 5);`;
  const thrown = `data:text/javascript,${encodeURIComponent(thrower)}`;
  const { status, stderr } = spawnSync(process.execPath, ['--import', thrown, program, 'degrade', 'list'], { encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toBe('error: Unexpected failure: on purpose. Set ANTONYM_DEBUG=1 to see where, and please report it.\n');
});
