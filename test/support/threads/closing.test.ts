/** However answers, failures and the end of threads fall together, whoever waits is told, and the process does not end before. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { saveBrightnessModel } from '../../score/brightness-model.js';
import { temporaryFolder } from '../files/temporary-folder.js';

/** Nothing but the threads keeps the event loop of these processes alive. */
function runAlone(code: string, ...words: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--input-type=module', '-e', code, import.meta.url, ...words], { encoding: 'utf8' });
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
  import fc from 'fast-check';
  import { setTimeout as sleep } from 'node:timers/promises';
  import { fileURLToPath } from 'node:url';
  import { PairPool } from '#antonym/pairs/pair-pool.js';
  const broken = fileURLToPath(process.argv[1]);
  const image = (index, id) => index < 0 ? { kind: 'file', id, path: broken } : { kind: 'procedural', id, seed: 5, index, width: 64, height: 64 };
  const request = (index) => ({ image: image(index, String(index)), levels: 2, crop: 32, maxDistortions: 2, stream: [1, index] });
  const action = fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('make'), value: fc.integer({ min: -1, max: 3 }) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('wait'), value: fc.integer({ min: 0, max: 60 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('close'), value: fc.constant(0) }) },
  );
  let told = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 10 }), fc.integer({ min: 1, max: 2 }), async (actions, workers) => {
      const pool = new PairPool({ workers });
      const [pairs, ends] = [[], []];
      let isClosed = false;
      for (const { do: what, value } of actions) {
        if (what === 'make') pairs.push(Promise.resolve().then(() => pool.make(request(value))).then(() => 'made', (error) => error.message));
        if (what === 'wait') await (value < 10 ? Promise.race([sleep(value), ...pairs]) : sleep(value));
        if (what === 'close') ends.push(pool.close());
      }
      ends.push(pool.close());
      await Promise.all(ends);
      for (const end of await Promise.all(pairs)) {
        if (end !== 'made' && !/closed|closing\\.test\\.ts|ended/.test(end)) throw new Error(end);
        told++;
      }
    }),
    { numRuns: 12, seed: 41 },
  );
  if (told < 12) throw new Error('only ' + told + ' were asked for');
  process.stdout.write('all told');
`;

test('12 interleavings of pairs, failures and the close of a pool', () => {
  const { status, stdout, stderr } = runAlone(closingPools);
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'all told', stderr: '' });
});

const closingModels = `
  import fc from 'fast-check';
  import { setTimeout as sleep } from 'node:timers/promises';
  import { loadModel } from '#antonym/score/load-model.js';
  const image = { data: new Uint8Array(64 * 64 * 3).fill(120), width: 64, height: 64, channels: 3 };
  const action = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('score'), value: fc.constantFrom(image, image, '/none.png') }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('call off'), value: fc.constant(image) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('wait'), value: fc.integer({ min: 0, max: 20 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('close'), value: fc.constant(0) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 10 }), async (actions) => {
      const model = await loadModel(process.argv[2]);
      const [scores, ends] = [[], []];
      for (const { do: what, value } of actions) {
        const signal = what === 'call off' ? AbortSignal.timeout(2) : undefined;
        if (what === 'score' || what === 'call off')
          scores.push(model.score(value, { signal }).then((score) => (score === 120 / 255 || Math.abs(score - 120 / 255) < 1e-6 ? 'scored' : 'wrong'), (error) => error.message));
        if (what === 'wait') await sleep(value);
        if (what === 'close') ends.push(model.close());
      }
      ends.push(model.close());
      await Promise.all(ends);
      for (const end of await Promise.all(scores))
        if (end !== 'scored' && !/closed|none\\.png|aborted/.test(end)) throw new Error(end);
    }),
    { numRuns: 12, seed: 43 },
  );
  process.stdout.write('all told');
`;

test('12 interleavings of scores, failures, calls that are called off and the close of a model', async () => {
  const model = await saveBrightnessModel(join(await temporaryFolder(), 'model'));
  const { status, stdout, stderr } = runAlone(closingModels, model);
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: 'all told', stderr: '' });
});
