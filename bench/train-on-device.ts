/**
 * Training steps on a GPU beside PyTorch's on the same card: single precision, TF32 and bfloat16, eager. One after the other, each in an
 * empty memory, so that a batch may fill the card. It has not been run yet: there was no machine with a GPU.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { cropCount } from '#antonym/losses/levels.js';
import { chooseDevice } from '#antonym/runtime/choose-device.js';
import { randomStream } from '#antonym/support/random.js';
import { createEngine, type Plan } from '#antonym/train/plan.js';
import { buildSimilarityGraph } from '#antonym/train/similarity-graph.js';
import { graphOperations } from './graph-operations.js';
import { median, rounded } from './measure.js';
import { type Precision, startPyTorch } from './pytorch-step.js';

export interface DeviceRow {
  /** Who computes, and how. */
  readonly what: string;
  readonly stepMilliseconds: number;
  readonly imagesPerSecond: number;
  /** With three times the arithmetic of the forward pass, whatever is really computed. */
  readonly teraflops: number;
  /** What the card's memory in use grew by; undefined where nvidia-smi does not say. */
  readonly memoryMiB: number | undefined;
}

const warmUpSteps = 3;
const precisions: readonly Precision[] = ['fp32', 'tf32', 'bf16'];

/** @throws UserError where PyTorch or the device is missing. */
export async function onDevice(plan: Plan, steps: number, python: string): Promise<DeviceRow[]> {
  const { options, model } = plan;
  const layout = { photographs: options.batchSize, levels: options.levels };
  const crops = cropCount(layout);
  const operations = 3 * graphOperations(buildSimilarityGraph(model, options.crop, undefined, crops).graph);
  const row = (what: string, times: readonly number[], memoryMiB: number | undefined): DeviceRow => {
    const seconds = median(times.slice(warmUpSteps)) / 1000;
    return {
      what,
      stepMilliseconds: rounded(seconds * 1000),
      imagesPerSecond: rounded(crops / seconds),
      teraflops: rounded(operations / seconds / 1e12),
      memoryMiB,
    };
  };
  const rows: DeviceRow[] = [];
  const before = await cardMemory();
  const grown = async (): Promise<number | undefined> => {
    const now = await cardMemory();
    return now === undefined || before === undefined ? undefined : now - before;
  };
  for (const precision of precisions) {
    const theirs = await startPyTorch(options.backbone, layout, options.crop, { python, device: 'cuda', precision });
    try {
      const times: number[] = [];
      for (let step = 0; step < warmUpSteps + steps; step++) times.push((await theirs.step()).milliseconds);
      rows.push(row(`PyTorch ${theirs.facts.torch} ${precision}`, times, await grown()));
    } finally {
      await theirs.close();
    }
  }
  // last, because what ONNX Runtime has taken of the card it keeps
  rows.push(await measureOwn(plan, steps, crops, row, grown));
  return rows;
}

async function measureOwn(
  plan: Plan,
  steps: number,
  crops: number,
  row: (what: string, times: readonly number[], memoryMiB: number | undefined) => DeviceRow,
  grown: () => Promise<number | undefined>,
): Promise<DeviceRow> {
  const { crop, lr, device, precision } = plan.options;
  const random = randomStream('crops on a device');
  const pixels = Uint8Array.from({ length: crops * crop ** 2 * 3 }, () => random.integer(256));
  const engine = await createEngine(plan);
  try {
    const times: number[] = [];
    for (let step = 1; step <= warmUpSteps + steps; step++) {
      const started = performance.now();
      await engine.accumulate(pixels, 0, 1);
      await engine.update({ step, learningRate: lr });
      times.push(performance.now() - started);
    }
    return row(`Antonym ${await chooseDevice(device)} ${precision}`, times, await grown());
  } finally {
    await engine.close();
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

export function printDeviceRows(rows: readonly DeviceRow[]): void {
  const cells = rows.map(({ what, stepMilliseconds, imagesPerSecond, teraflops, memoryMiB }) => [
    what,
    `${imagesPerSecond} images/s`,
    `${stepMilliseconds} ms`,
    `${teraflops} TFLOP/s`,
    memoryMiB === undefined ? '' : `${memoryMiB} MiB`,
  ]);
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  for (const line of cells)
    process.stdout.write(
      `${line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd()}\n`,
    );
}
