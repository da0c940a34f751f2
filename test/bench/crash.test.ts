/** Every command that writes, killed before and failing at its changes to files: results are whole, and a repetition gives the same bytes. */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { proveScenario } from '#antonym/bench/crash/prove-crash.js';
import { makeInputs, scenarios } from '#antonym/bench/crash/scenarios.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const root = await temporaryFolder();

describe.skipIf(process.platform !== 'linux')('killed at any moment, or with a disk that fails', () => {
  beforeAll(() => makeInputs(join(root, 'inputs')));

  // All states are looked at here; `npm run bench -- crash` kills a process for each, repeats from all, and has each change fail in three ways.
  test.each(scenarios)('$name', async (scenario) => {
    const { changes, faults } = await proveScenario(scenario, {
      root,
      processes: false,
      errors: ['ENOSPC', 'EIO', 'EACCES'],
      each: false,
      most: 6,
    });
    expect(faults).toEqual([]);
    expect(changes).toBeGreaterThan(5);
  });
});
