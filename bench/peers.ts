/** The cost of several processes: with no more cores than one process has, processor time is what tells; with sleep for computing, waiting is. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { messageOf, UserError } from '#antonym/support/errors.js';
import { markdownTable } from './markdown-table.js';
import { rounded } from './measure.js';
import { hostNetwork } from './network-hosts.js';
import { peersModel } from './peers-model.js';
import type { PeerFigures, PeerTask } from './peers-process.js';

interface PeerFlags {
  readonly launcher: string;
  readonly backbone: string;
  readonly steps: string;
  readonly crop?: string;
  readonly processes: string;
  readonly sleep: string;
  readonly hosts?: string;
  readonly rate: string;
  readonly megabytes: string;
  readonly model?: boolean;
  readonly json?: boolean;
}

export async function benchPeers(peerFlags: PeerFlags): Promise<void> {
  const { launcher, backbone, steps, crop, processes, sleep, hosts, model, json } = peerFlags;
  if (model) {
    process.stdout.write(peersModel());
    return;
  }
  const count = Number(steps);
  if (hosts !== undefined) {
    const rows = [];
    for (const number of hosts.split(',').map(Number)) rows.push(await sumOnHosts(number, peerFlags));
    process.stdout.write(json ? `${JSON.stringify(rows)}\n` : wireTable(rows, peerFlags));
    return;
  }
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

interface WireFigures extends PeerFigures {
  /** Time of the sum on the wire alone, where every host sends and receives 2 (N - 1) / N times the bytes at 95 % of the rate. */
  readonly wireSeconds: number;
}

async function sumOnHosts(count: number, { launcher, steps, rate, megabytes }: PeerFlags): Promise<WireFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'antonym-hosts-'));
  const network = hostNetwork(count, folder, Number(rate));
  try {
    const task: PeerTask = { kind: 'sum', steps: Number(steps), values: Number(megabytes) * 2.5e5 };
    const name = /mpich/i.test(launcher) ? 'MPICH' : 'Open MPI';
    const words = network.launcherWords({ name, command: launcher }, ['-np', String(count), process.execPath, ...programOf(task)]);
    const figures = await figuresBy('ip', words, network.environment);
    const wireSeconds = (((2 * (count - 1)) / count) * figures.bytes!) / ((0.95 * Number(rate) * 1e6) / 8);
    return { ...figures, wireSeconds };
  } finally {
    network.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

function wireTable(rows: readonly WireFigures[], { rate, megabytes }: PeerFlags): string {
  const lines = rows.map(({ processes, sumSeconds, wireSeconds }) => [
    String(processes),
    text(sumSeconds),
    text(wireSeconds),
    (sumSeconds! / wireSeconds).toFixed(2),
  ]);
  return `${rows[0]?.library}: the sum of ${megabytes} MB over links of ${rate} Mbit/s\n\n${markdownTable([
    ['hosts', 's', 's on the wire alone', 'times'],
    ...lines,
  ])}`;
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
  const own = programOf(task);
  return launcher === undefined
    ? figuresBy(process.execPath, own)
    : figuresBy(launcher, ['-np', String(processes), process.execPath, ...own]);
}

/** Words after Node.js's. */
function programOf(task: PeerTask): string[] {
  return [fileURLToPath(new URL('./peers-process.js', import.meta.url)), JSON.stringify(task)];
}

async function figuresBy(command: string, words: readonly string[], further: Readonly<Record<string, string>> = {}): Promise<PeerFigures> {
  try {
    const { stdout } = await promisify(execFile)(command, [...words], { env: { ...process.env, ...environment, ...further } });
    return JSON.parse(stdout) as PeerFigures;
  } catch (error) {
    throw new UserError(`${command} failed: ${messageOf(error)}`);
  }
}
