/** However answers, failures and the end of threads fall together, whoever waits is told, and the process does not end before. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

/** Nothing but the threads keeps the event loop of these processes alive. */
function runAlone(code: string): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--input-type=module', '-e', code, import.meta.url], { encoding: 'utf8' });
}

const interleavings = `
  import fc from 'fast-check';
  import { setTimeout as sleep } from 'node:timers/promises';
  import { Worker } from 'node:worker_threads';
  import { startProgress } from '#antonym/support/progress.js';
  import { RequestThread } from '#antonym/support/threads/request-thread.js';
  const program = new URL('./echo-worker.mjs', process.argv[1]);
  const action = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('ask'), milliseconds: fc.integer({ min: -1, max: 3 }) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('wait'), milliseconds: fc.integer({ min: 0, max: 30 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('close') }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('progress') }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 12 }), async (actions) => {
      const thread = new RequestThread((options) => new Worker(program, options), 'the thread');
      const answers = [];
      const ends = [];
      const progress = startProgress('Asking', { stream: { write: () => true } });
      for (const { do: what, milliseconds } of actions) {
        if (what === 'ask') answers.push(thread.ask(milliseconds).then(() => 'answered', (error) => error.message));
        if (what === 'wait') await (milliseconds === 0 ? Promise.resolve() : Promise.race([sleep(milliseconds), ...answers]));
        if (what === 'progress') progress.update(answers.length, 12);
        if (what === 'close') ends.push(thread.close());
      }
      ends.push(thread.close());
      progress.stop();
      await Promise.all(ends);
      for (const answer of await Promise.all(answers))
        if (!['answered', 'asked to fail', 'the thread ended: it was closed'].includes(answer)) throw new Error(answer);
    }),
    { numRuns: 40, seed: 23 },
  );
  process.stdout.write('all told');
`;

test('40 interleavings of questions, answers, failures and closing', () => {
  const { status, stdout, stderr } = runAlone(interleavings);
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'all told', stderr: '' });
});

const closingPools = `
  import { PairPool } from '#antonym/pairs/pair-pool.js';
  const request = (index) => ({
    image: { kind: 'procedural', id: String(index), seed: 5, index, width: 64, height: 64 }, levels: 2, crop: 32, maxDistortions: 2, stream: [1, index],
  });
  for (const made of [0, 1, 3]) {
    const pool = new PairPool({ workers: 2 });
    const pairs = Array.from({ length: 6 }, (_, index) => pool.make(request(index)).then(() => 'made', () => 'ended'));
    await Promise.all(pairs.slice(0, made));
    await pool.close();
    const ends = await Promise.all(pairs);
    if (!ends.slice(0, made).every((end) => end === 'made')) throw new Error(ends.join());
  }
  process.stdout.write('all told');
`;

test('a pool that is closed while answers queue keeps the process until all is told', () => {
  const { status, stdout, stderr } = runAlone(closingPools);
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'all told', stderr: '' });
});
