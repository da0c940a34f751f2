/** One process of `bench -- peers`; process 0 prints what all have measured. */
import { setTimeout as sleep } from 'node:timers/promises';
import { cropCount } from '#antonym/losses/levels.js';
import { joinPeers } from '#antonym/peers/join-peers.js';
import { launchOf } from '#antonym/peers/launcher.js';
import { alone, type Peers } from '#antonym/peers/peers.js';
import { randomStream } from '#antonym/support/random.js';
import { placeOf } from '#antonym/tensors/place.js';
import { createEngine } from '#antonym/train/engines/create-engine.js';
import { trainedElements } from '#antonym/train/time-steps.js';
import { median } from './measure.js';
import { type SetupFlags, setupOf } from './own-setup.js';

export type PeerTask =
  | { readonly kind: 'update'; readonly flags: SetupFlags; readonly steps: number; readonly threads: number }
  | { readonly kind: 'sleep'; readonly seconds: number; readonly steps: number; readonly values: number }
  /** The sum alone. */
  | { readonly kind: 'sum'; readonly steps: number; readonly values: number };

export interface PeerFigures {
  readonly processes: number;
  readonly library: string;
  /** Seconds of an update, or of a step and process that sleeps. */
  readonly processorSeconds?: number;
  readonly seconds?: number;
  readonly sumProcessorSeconds?: number;
  readonly sumSeconds?: number;
  readonly copySeconds?: number;
  /** Bytes of the gradients. */
  readonly bytes?: number;
  /** Share of the time that a step takes which a process by itself would need. */
  readonly efficiency?: number;
  /** That share if nothing but the slowest process counted. */
  readonly possible?: number;
}

const processor = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

async function timed(peers: Peers, work: () => Promise<unknown>): Promise<{ seconds: number; processorSeconds: number }> {
  await peers.total([]);
  const [started, used] = [performance.now(), processor()];
  await work();
  const seconds = (performance.now() - started) / 1000;
  const [processorSeconds] = await peers.total([processor() - used]);
  return { seconds, processorSeconds: processorSeconds! };
}

async function update(peers: Peers, { flags, steps, threads }: PeerTask & { kind: 'update' }): Promise<Partial<PeerFigures>> {
  const setup = { ...(await setupOf({ ...flags, accumulate: '2' })), peers };
  const { batchSize, levels, crop } = setup.options;
  const engine = await createEngine(setup, threads);
  const random = randomStream('crops of a benchmark');
  const pixels = Uint8Array.from({ length: cropCount({ photographs: batchSize, levels }) * crop ** 2 * 3 }, () => random.integer(256));
  const own = 2 / peers.size;
  let step = 0;
  const updates: { seconds: number; processorSeconds: number }[] = [];
  for (let count = 0; count <= steps; count++) {
    updates.push(
      await timed(peers, async () => {
        for (let part = 0; part < own; part++) await engine.accumulate(pixels, part, 2);
        await engine.update({ step: ++step, learningRate: 1e-6 });
      }),
    );
  }
  await engine.close();
  const values = new Float32Array(trainedElements(setup));
  const copy = new Float32Array(values.length);
  const sums: { seconds: number; processorSeconds: number }[] = [];
  const copies: number[] = [];
  for (let count = 0; count <= steps; count++) {
    sums.push(await timed(peers, () => peers.sum([placeOf(values)])));
    const started = performance.now();
    copy.set(values);
    copies.push((performance.now() - started) / 1000);
  }
  // the first of each warms up
  const of = (all: typeof sums, key: 'seconds' | 'processorSeconds'): number => median(all.slice(1).map((one) => one[key]));
  return {
    processorSeconds: of(updates, 'processorSeconds'),
    seconds: of(updates, 'seconds'),
    sumProcessorSeconds: of(sums, 'processorSeconds'),
    sumSeconds: of(sums, 'seconds'),
    copySeconds: median(copies.slice(1)),
    bytes: values.byteLength,
  };
}

async function sums(peers: Peers, { steps, values }: PeerTask & { kind: 'sum' }): Promise<Partial<PeerFigures>> {
  const gradients = new Float32Array(values);
  const seconds: number[] = [];
  for (let count = 0; count <= steps; count++) seconds.push((await timed(peers, () => peers.sum([placeOf(gradients)]))).seconds);
  // the first connects
  return { sumSeconds: median(seconds.slice(1)), bytes: gradients.byteLength };
}

/** The longest sleep of a step is as much longer than the shortest, on average 2.5 %. */
const jitter = 0.05;

async function sleepSteps(peers: Peers, { seconds, steps, values }: PeerTask & { kind: 'sleep' }): Promise<Partial<PeerFigures>> {
  const gradients = new Float32Array(values);
  const lengthOf = (rank: number, step: number): number => seconds * (1 + jitter * randomStream('sleep', rank, step).uniform());
  const { seconds: whole, processorSeconds } = await timed(peers, async () => {
    for (let step = 0; step < steps; step++) {
      await sleep(1000 * lengthOf(peers.rank, step));
      await peers.sum([placeOf(gradients)]);
    }
  });
  const ranks = Array.from({ length: peers.size }, (_, rank) => rank);
  let [mean, slowest] = [0, 0];
  for (let step = 0; step < steps; step++) {
    const lengths = ranks.map((rank) => lengthOf(rank, step));
    mean += lengths.reduce((sum, length) => sum + length, 0) / peers.size;
    slowest += Math.max(...lengths);
  }
  return { efficiency: mean / whole, possible: mean / slowest, processorSeconds: processorSeconds / steps / peers.size };
}

const launch = launchOf();
const peers = launch ? await joinPeers(launch, 600, (reason) => process.stderr.write(`${reason}\n`)) : alone;
const task = JSON.parse(process.argv[2]!) as PeerTask;
const figuresOf = (): Promise<Partial<PeerFigures>> => {
  switch (task.kind) {
    case 'update':
      return update(peers, task);
    case 'sleep':
      return sleepSteps(peers, task);
    case 'sum':
      return sums(peers, task);
  }
};
const figures = await figuresOf();
if (peers.rank === 0)
  process.stdout.write(`${JSON.stringify({ processes: peers.size, library: peers.library, ...figures } satisfies PeerFigures)}\n`);
await peers.close();
