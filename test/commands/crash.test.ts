/** Every command that writes, killed before and failing at its changes to files: results are whole, and a repetition gives the same bytes. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CrashProcess } from '#antonym/bench/crash/crash-process.js';
import { proveScenario } from '#antonym/bench/crash/prove-crash.js';
import { type Recording, recordScenario } from '#antonym/bench/crash/record-scenario.js';
import { makeInputs, scenarios } from '#antonym/bench/crash/scenarios.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const root = await temporaryFolder();
/** Killed in the midst of an exchange of several files: all commands exchange them by the same code. */
const planned = 'report';

describe.skipIf(process.platform !== 'linux')('killed at any moment, or with a disk that fails', () => {
  const crash = new CrashProcess();
  const recordings = new Map<string, Recording>();
  // all by one process, which has to have ended before anything is repeated
  beforeAll(async () => {
    await makeInputs(join(root, 'inputs'), crash);
    for (const scenario of scenarios) recordings.set(scenario.name, await recordScenario(scenario, root, crash));
    await crash.end();
  }, 300_000);
  afterAll(() => crash.end());

  // The state before every change is looked at here, one is repeated from, and one change fails; `npm run bench -- crash` repeats from all of them, has
  // every change fail in three ways, and compares the states with those that killed processes leave.
  test.each(scenarios)('$name', async ({ name }) => {
    const { changes, failures, faults } = await proveScenario(recordings.get(name)!, {
      root,
      process: crash,
      kills: 0,
      plans: name === planned,
      each: false,
      most: 1,
    });
    expect(faults).toEqual([]);
    expect(changes).toBeGreaterThan(2);
    expect(failures).toBe(1);
  });
});
