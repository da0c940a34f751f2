/** The form of a failure for a user. */
import { expect } from 'vitest';
import type { Outcome } from './antonym.js';

/** Exit code 1, nothing on stdout, and as the last of stderr one line that says what is wrong: no stack. */
export function expectOneLine({ status, stdout, stderr }: Outcome, message: RegExp): void {
  const lines = stderr.trimEnd().split('\n');
  expect(lines.at(-1)).toMatch(/^error: /);
  expect(lines.at(-1)).toMatch(message);
  expect(lines.filter((line) => line.startsWith('error: ') || /^\s+at /.test(line))).toHaveLength(1);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
}
