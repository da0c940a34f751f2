/** Kills every command before every change that it makes to a file, and has every change fail: are its results whole? */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '#antonym/support/errors.js';
import { CrashProcess } from './crash/crash-process.js';
import { type Proof, proveScenario } from './crash/prove-crash.js';
import { type Recording, recordScenario } from './crash/record-scenario.js';
import { makeInputs, scenarios } from './crash/scenarios.js';
import { markdownTable } from './markdown-table.js';

const header = ['command', 'changes', 'different states', 'repeated from', 'processes killed', 'as foreseen', 'failed changes', 'faults'];

export interface CrashOptions {
  readonly command?: string;
  readonly kills: string;
  readonly most?: string;
}

export async function benchCrash({ command, kills, most }: CrashOptions): Promise<void> {
  const chosen = scenarios.filter(({ name }) => command === undefined || name.startsWith(command));
  if (chosen.length === 0)
    throw new UserError(`There is no scenario ${command}; known are ${scenarios.map(({ name }) => name).join('; ')}.`);
  const root = await mkdtemp(join(tmpdir(), 'antonym-crash-'));
  const crash = new CrashProcess();
  try {
    await makeInputs(join(root, 'inputs'), crash);
    const recordings: Recording[] = [];
    for (const scenario of chosen) recordings.push(await recordScenario(scenario, root, crash));
    await crash.end();
    const proofs: Proof[] = [];
    for (const recording of recordings) {
      const begun = performance.now();
      const proof = await proveScenario(recording, {
        root,
        process: crash,
        plans: true,
        kills: Number(kills),
        each: true,
        ...(most !== undefined && { most: Number(most) }),
      });
      for (const fault of proof.faults) process.stderr.write(`${proof.scenario}: ${fault}\n`);
      proofs.push(proof);
      const seconds = Math.round((performance.now() - begun) / 1000);
      process.stderr.write(`${proof.scenario}: ${proof.changes} changes, ${proof.faults.length} faults, ${seconds} s\n`);
    }
    const rows = proofs.map((proof) =>
      [proof.scenario, proof.changes, proof.states, proof.repeated, proof.kills, proof.foreseen, proof.failures, proof.faults.length].map(
        String,
      ),
    );
    process.stdout.write(`${markdownTable([header, ...rows])}`);
    process.exitCode = proofs.some(({ faults }) => faults.length > 0) ? 1 : 0;
  } finally {
    await crash.end();
    await rm(root, { recursive: true, force: true });
  }
}
