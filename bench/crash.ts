/** Kills every command before every change that it makes to a file, and has every change fail: are its results whole? */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '#antonym/support/errors.js';
import { type Proof, proveScenario } from './crash/prove-crash.js';
import { makeInputs, scenarios } from './crash/scenarios.js';
import { markdownTable } from './markdown-table.js';

const header = ['command', 'changes', 'kill -9', 'different states', 'failed changes', 'faults'];

export async function benchCrash({ command, states = false }: { readonly command?: string; readonly states?: boolean }): Promise<void> {
  const chosen = scenarios.filter(({ name }) => command === undefined || name.startsWith(command));
  if (chosen.length === 0)
    throw new UserError(`There is no scenario ${command}; known are ${scenarios.map(({ name }) => name).join('; ')}.`);
  const root = await mkdtemp(join(tmpdir(), 'antonym-crash-'));
  try {
    await makeInputs(join(root, 'inputs'));
    const proofs: Proof[] = [];
    for (const scenario of chosen) {
      const proof = await proveScenario(scenario, { root, processes: !states, errors: ['ENOSPC', 'EIO', 'EACCES'], each: !states });
      for (const fault of proof.faults) process.stderr.write(`${proof.scenario}: ${fault}\n`);
      proofs.push(proof);
      process.stderr.write(`${proof.scenario}: ${proof.changes} changes, ${proof.faults.length} faults\n`);
    }
    const rows = proofs.map(({ scenario, changes, states: left, kills, failures, faults }) =>
      [scenario, changes, kills, left, failures, faults.length].map(String),
    );
    process.stdout.write(`${markdownTable([header, ...rows])}`);
    process.exitCode = proofs.some(({ faults }) => faults.length > 0) ? 1 : 0;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
