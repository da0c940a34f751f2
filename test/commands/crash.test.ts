/** Every command that writes, killed before and failing at its changes to files: results are whole, and a repetition gives the same bytes. */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { proveScenario } from '#antonym/bench/crash/prove-crash.js';
import { makeInputs, scenarios } from '#antonym/bench/crash/scenarios.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const root = await temporaryFolder();

describe.skipIf(process.platform !== 'linux')('killed at any moment, or with a disk that fails', () => {
  beforeAll(() => makeInputs(join(root, 'inputs')));

  /** Those that take seconds; the bench has all. */
  const quick = scenarios.filter(
    ({ name, together }) => /^(degrade (image|gallery)|compare|evaluate opinion|export)/.test(name) && !together,
  );

  // Every state is looked at here, and one is repeated from; `npm run bench -- crash` kills a process for each and has each change fail in three ways.
  test.each(quick)('$name', async (scenario) => {
    const { changes, failures, faults } = await proveScenario(scenario, {
      root,
      processes: false,
      errors: ['ENOSPC', 'EIO', 'EACCES'],
      each: false,
      most: 1,
    });
    expect(faults).toEqual([]);
    expect(changes).toBeGreaterThan(5);
    expect(failures).toBe(1);
  });
});
