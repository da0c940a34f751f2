/** Training steps on a GPU beside PyTorch's on the same card, in every precision, with batches that fill it. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { cropCount } from '#antonym/losses/levels.js';
import { lowerGradients } from '#antonym/lowering/lower-gradients.js';
import { mayBeOutOfMemory } from '#antonym/runtime/devices/device.js';
import { UserError } from '#antonym/support/errors.js';
import { buildGradientsGraph, buildLossGraph } from '#antonym/train/graphs/gradients-graph.js';
import {
  type AbsentContestant,
  type Contestant,
  ownContestants,
  pytorchContestants,
  type StepSizes,
  smallestStep,
  standIn,
} from './device-contestants.js';
import { type DeviceProfile, profileOnDevice } from './device-profile.js';
import { graphOperations } from './graph-operations.js';
import { median, rounded } from './measure.js';
import { setupOf } from './own-setup.js';

export interface OnDevice {
  readonly backbones: readonly string[];
  /** Ours, such as webgpu and cuda. */
  readonly devices: readonly string[];
  /** Side of the crops, pixels. */
  readonly side: number;
  readonly levels: number;
  /** Fixed; undefined: from one on, doubled as long as the memory suffices and more makes it faster. */
  readonly photographs: number | undefined;
  /** Steps that are measured, after three that are not. */
  readonly steps: number;
  readonly python: string;
  /** The activity, for progress. */
  readonly onProgress: (text: string) => void;
}

export interface DeviceRow extends Pick<Contestant, 'engine' | 'device' | 'precision' | 'remark'> {
  readonly backbone: string;
  readonly crops: number;
  readonly stepMilliseconds: number;
  readonly imagesPerSecond: number;
  /** With the arithmetic of the gradients graph, whatever is really computed. */
  readonly teraflops: number;
  /** Growth of the card's memory in use; if nvidia-smi does not say, the peak of the process's memory. */
  readonly memoryMiB: number;
  readonly memoryOf: 'card' | 'process';
  /** Time of the smallest step that there is: launches. */
  readonly smallestStepMilliseconds: number;
  /** Ours alone; undefined also where its profile does not fit into the memory. */
  readonly profile: DeviceProfile | undefined;
}

export type AbsentRow = AbsentContestant & Pick<DeviceRow, 'backbone'>;

const warmUpSteps = 3;
/** By which twice the batch must be faster to go on, and where it ends all the same. */
const gain = 1.02;
const mostPhotographs = 512;

export async function onDevice(options: OnDevice): Promise<(DeviceRow | AbsentRow)[]> {
  const { backbones, devices, python } = options;
  const rows: (DeviceRow | AbsentRow)[] = [];
  for (const backbone of backbones) {
    for (const contestant of devices.flatMap(ownContestants)) rows.push(await measure(contestant, backbone, options));
    const theirs: (DeviceRow | AbsentRow)[] = [];
    for (const contestant of pytorchContestants(python)) theirs.push(await measure(contestant, backbone, options));
    const isThere = theirs.some((row) => !('absent' in row));
    if (!isThere) theirs.push(await measure(standIn(python), backbone, options));
    rows.push(...theirs);
  }
  return rows;
}

interface Measured {
  readonly sizes: StepSizes;
  readonly milliseconds: number;
  readonly memoryMiB: number;
  readonly memoryOf: DeviceRow['memoryOf'];
}

async function measure(contestant: Contestant, backbone: string, options: OnDevice): Promise<DeviceRow | AbsentRow> {
  const { engine, device, precision, remark } = contestant;
  options.onProgress(`${backbone}, ${engine} ${device} ${precision}: the smallest step`);
  try {
    const smallest = await time(contestant, smallestStep(backbone), options.steps);
    const best = await fastest(contestant, backbone, options);
    const { sizes, milliseconds, memoryMiB, memoryOf } = best;
    return {
      engine,
      device,
      precision,
      ...(remark !== undefined && { remark }),
      backbone,
      crops: cropCount(sizes),
      stepMilliseconds: rounded(milliseconds),
      imagesPerSecond: rounded(rate(best)),
      teraflops: rounded((await operationsOf(sizes)) / milliseconds / 1e9),
      memoryMiB,
      memoryOf,
      smallestStepMilliseconds: rounded(smallest.milliseconds),
      profile: engine === 'antonym' ? await profileOf(contestant, sizes, options) : undefined,
    };
  } catch (error) {
    if (error instanceof UserError) return { engine, device, precision, backbone, absent: error.message };
    throw error;
  }
}

/** @throws UserError when it is not there, or not even the first batch fits. */
async function fastest(contestant: Contestant, backbone: string, options: OnDevice): Promise<Measured> {
  const { engine, device, precision } = contestant;
  let best: Measured | undefined;
  for (let photographs = options.photographs ?? 1; ; photographs *= 2) {
    const sizes = { backbone, photographs, levels: options.levels, side: options.side };
    options.onProgress(`${backbone}, ${engine} ${device} ${precision}: ${cropCount(sizes)} crops`);
    try {
      const measured = await time(contestant, sizes, options.steps);
      const isFaster = best === undefined || rate(measured) > gain * rate(best);
      if (best === undefined || rate(measured) > rate(best)) best = measured;
      if (!isFaster || options.photographs !== undefined || photographs >= mostPhotographs) return best;
    } catch (error) {
      if (best === undefined || !mayBeOutOfMemory(error)) throw error;
      return best;
    }
  }
}

/** Images per second. */
function rate({ sizes, milliseconds }: Measured): number {
  return (cropCount(sizes) * 1000) / milliseconds;
}

async function time(contestant: Contestant, sizes: StepSizes, steps: number): Promise<Measured> {
  const before = await cardMemory();
  const process = await contestant.start(sizes);
  try {
    const times: number[] = [];
    let [card, own] = [0, 0];
    for (let step = 0; step < warmUpSteps + steps; step++) {
      const { milliseconds, peakMemoryMiB } = await process.step();
      own = peakMemoryMiB;
      card = Math.max(card, (await cardMemory()) ?? 0);
      if (step >= warmUpSteps) times.push(milliseconds);
    }
    const memory =
      before === undefined ? ({ memoryMiB: own, memoryOf: 'process' } as const) : ({ memoryMiB: card - before, memoryOf: 'card' } as const);
    return { sizes, milliseconds: median(times), ...memory };
  } finally {
    await process.close();
  }
}

/** Floating-point operations of a step. */
async function operationsOf({ backbone, photographs, levels, side }: StepSizes): Promise<number> {
  const { model, options } = await setupOf({ backbone, batchSize: String(photographs), levels: String(levels), crop: String(side) });
  return graphOperations(lowerGradients(buildGradientsGraph(buildLossGraph(model, { photographs, levels }, side, options)), 'cuda'));
}

async function profileOf(
  { device, precision, flags }: Contestant,
  { backbone, photographs, levels, side }: StepSizes,
  { onProgress }: OnDevice,
): Promise<DeviceProfile | undefined> {
  // those of the one that launches them
  if (flags?.graphCapture === 'on') return undefined;
  onProgress(`${backbone}, antonym ${device} ${precision}: its kernels`);
  const sizes = { batchSize: String(photographs), levels: String(levels), crop: String(side) };
  try {
    return await profileOnDevice({ backbone, device, ...sizes, ...flags });
  } catch (error) {
    if (mayBeOutOfMemory(error)) return undefined;
    throw error;
  }
}

/** Memory in use on the first card, MiB. */
async function cardMemory(): Promise<number | undefined> {
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', ['--query-gpu=memory.used', '--format=csv,noheader,nounits']);
    return Number(stdout.split('\n')[0]);
  } catch {
    return undefined;
  }
}
