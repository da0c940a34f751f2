import { spawnSync } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { formatDuration } from '#antonym/support/duration.js';
import { startProgress } from '#antonym/support/progress.js';

/** Progress on a stream that is no terminal, under a clock that stands still. */
function plainProgress() {
  const stream = new PassThrough({ encoding: 'utf8' });
  const clock = { now: 0 };
  return { clock, progress: startProgress('Training', { stream, now: () => clock.now }), printed: () => String(stream.read() ?? '') };
}

describe('progress where there is no terminal', () => {
  test('prints a start, a line every few seconds with the time left, the last step, and the end', () => {
    const { clock, progress, printed } = plainProgress();
    expect(printed()).toBe('Training ...\n');
    for (let step = 0; step <= 100; step++) {
      clock.now = step * 100;
      progress.update(step, 100, `loss ${step}`);
    }
    progress.succeed('Trained');
    expect(printed()).toBe('Training 50/100 (50 %), 5 s left, loss 50\nTraining 100/100 (100 %), loss 100\nTrained\n');
  });

  test('continues every few seconds after the last step, with what is done then', () => {
    const { clock, progress, printed } = plainProgress();
    for (clock.now = 0; clock.now <= 9000; clock.now += 1000) progress.update(1, 1, `evaluating ${clock.now / 1000}/9`);
    expect(printed()).toBe('Training ...\nTraining 1/1 (100 %), evaluating 0/9\nTraining 1/1 (100 %), evaluating 5/9\n');
  });

  test('the time left of a resumed task follows from what was done since', () => {
    const { clock, progress, printed } = plainProgress();
    progress.update(900, 1000);
    clock.now = 6000;
    progress.update(910, 1000);
    expect(printed()).toBe('Training ...\nTraining 910/1000 (91 %), 54 s left\n');
  });

  test('keeps notes, and ends once', () => {
    const { progress, printed } = plainProgress();
    progress.note('skipped a.jpg');
    progress.fail();
    progress.succeed();
    progress.stop();
    progress.update(1, 1);
    expect(printed()).toBe('Training ...\nskipped a.jpg\nTraining: failed\n');
  });
});

describe('a program that shows progress', () => {
  const program = `
    import { startProgress } from '#antonym/support/progress.js';
    const progress = startProgress('Working');
    progress.update(1, 4, 'loss 0.5');
    progress.note('a note');
    await new Promise((resolve) => setTimeout(resolve, 150));
    progress.aside(() => process.stdout.write('the result\\n'));
    if (process.argv[1] === 'ends') progress.succeed('Worked');
  `;
  const node = [process.execPath, '--input-type=module', '-e', program];
  const environment = { ...process.env, TERM: 'xterm', FORCE_COLOR: undefined, NO_COLOR: undefined, CI: undefined };

  test('leaves stdout alone, and does not live on for its sake', () => {
    for (const [argument, end] of [
      ['ends', 'Worked\n'],
      ['forgets', ''],
    ] as const) {
      const { status, stdout, stderr } = spawnSync(node[0]!, [...node.slice(1), argument], {
        encoding: 'utf8',
        timeout: 30_000,
        env: environment,
      });
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'the result\n', stderr: `Working ...\na note\n${end}` });
    }
  });

  /** `script` (util-linux) gives a program a terminal and passes on what it draws. */
  const script = (command: string, env: Record<string, string> = {}) =>
    spawnSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8', timeout: 30_000, env: { ...environment, ...env } });
  const onTerminal = (columns: number, argument: string, env: Record<string, string> = {}) => {
    const words = [...node, argument].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
    return script(`stty cols ${columns} && ${words.join(' ')}`, env);
  };

  describe.skipIf(script('stty cols 80').status !== 0)('on a terminal', () => {
    test.each(['ends', 'forgets'])('draws a moving line in colour, when it %s to say that it is done', (argument) => {
      const { status, stdout: drawn } = onTerminal(80, argument);
      const seen = stripVTControlCharacters(drawn);
      expect(status).toBe(0);
      expect(seen).toContain('Working 1/4 (25 %), loss 0.5');
      expect(drawn).toContain('\u001B[0Ka note\r\n'); // on a cleared line
      expect(drawn).toContain('\u001B[0Kthe result\r\n');
      expect(seen.includes('✔ Worked')).toBe(argument === 'ends');
      expect(drawn).toContain('\u001B[36m');
    });

    test('has no colour when NO_COLOR is set', () => {
      const { stdout: drawn } = onTerminal(80, 'ends', { NO_COLOR: '1' });
      expect(drawn).not.toContain('\u001B[3');
      expect(drawn).toContain('✔ Worked');
    });

    test('prints plain lines when it is 0 columns wide, as some containers have it', () => {
      const { status, stdout: drawn } = onTerminal(0, 'ends');
      expect({ status, drawn }).toEqual({ status: 0, drawn: 'Working ...\r\na note\r\nthe result\r\nWorked\r\n' });
    });
  });
});

test.each([
  [400, '0 s'],
  [59_600, '1 min 00 s'],
  [200_000, '3 min 20 s'],
  [7_500_000, '2 h 05 min'],
  [100 * 3_600_000, '4 d 4 h'],
])('%d milliseconds are %s', (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});
