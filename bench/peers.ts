/** What several processes cost: with no more cores than one process has, processor time is what tells; with sleep for computing, waiting is. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { messageOf, UserError } from '#antonym/support/errors.js';
import { markdownTable } from './markdown-table.js';
import { rounded } from './measure.js';
import { peersModel } from './peers-model.js';
import type { PeerFigures, PeerTask } from './peers-process.js';

interface PeerFlags {
  readonly launcher: string;
  readonly backbone: string;
  readonly steps: string;
  readonly crop?: string;
  readonly processes: string;
  readonly sleep: string;
  readonly model?: boolean;
  readonly json?: boolean;
}

export async function benchPeers({ launcher, backbone, steps, crop, processes, sleep, model, json }: PeerFlags): Promise<void> {
  if (model) {
    process.stdout.write(peersModel());
    return;
  }
  const count = Number(steps);
  const flags = { backbone, ...(crop !== undefined && { crop }) };
  const update = (threads: number): PeerTask => ({ kind: 'update', flags, steps: count, threads });
  const alone = await runTask(undefined, 1, update(2));
  const together = await runTask(launcher, 2, update(1));
  const sleeping: PeerFigures[] = [];
  for (const number of processes.split(',').map(Number)) {
    sleeping.push(await runTask(launcher, number, { kind: 'sleep', seconds: Number(sleep), steps: count, values: 1e6 }));
  }
  if (json) {
    process.stdout.write(`${JSON.stringify({ alone, together, sleeping })}\n`);
    return;
  }
  const megabytes = (together.bytes! / 1e6).toFixed(1);
  process.stdout.write(
    `${together.library}, ${backbone}, medians of ${count}; seconds of processor time are those of all processes together\n\n`,
  );
  const rows = [
    ['an update of two parts', 'processor s', 'of these the sum', 's'],
    ['1 process, 2 threads', text(alone.processorSeconds), '', text(alone.seconds)],
    ['2 processes, 1 thread each', text(together.processorSeconds), text(together.sumProcessorSeconds), text(together.seconds)],
  ];
  process.stdout.write(`${markdownTable(rows)}\n`);
  process.stdout.write(
    `Two processes take ${text((100 * together.processorSeconds!) / alone.processorSeconds!)} % of the processor time of one.\n` +
      `The sum of ${megabytes} MB takes ${text(together.sumSeconds)} s, a copy of it ${text(together.copySeconds)} s.\n\n`,
  );
  const header = ['processes that sleep', 'of the time without the others, %', 'the slowest alone, %', 'processor ms a step and process'];
  const percent = (share: number | undefined): string => (100 * share!).toFixed(1);
  const lines = sleeping.map((one) => [
    String(one.processes),
    percent(one.efficiency),
    percent(one.possible),
    text(1e3 * one.processorSeconds!),
  ]);
  process.stdout.write(markdownTable([header, ...lines]));
}

function text(seconds: number | undefined): string {
  return String(rounded(seconds!));
}

/** Containers run as root, and machines with fewer cores than processes are what this is about. */
const environment = {
  OMPI_ALLOW_RUN_AS_ROOT: '1',
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
  OMPI_MCA_rmaps_base_oversubscribe: '1',
  OMPI_MCA_hwloc_base_binding_policy: 'none',
};

/** @param launcher undefined for one process by itself */
async function runTask(launcher: string | undefined, processes: number, task: PeerTask): Promise<PeerFigures> {
  const own = [fileURLToPath(new URL('./peers-process.js', import.meta.url)), JSON.stringify(task)];
  const [command, words] =
    launcher === undefined ? [process.execPath, own] : [launcher, ['-np', String(processes), process.execPath, ...own]];
  try {
    const { stdout } = await promisify(execFile)(command, words, { env: { ...process.env, ...environment } });
    return JSON.parse(stdout) as PeerFigures;
  } catch (error) {
    throw new UserError(`${command} failed: ${messageOf(error)}`);
  }
}
