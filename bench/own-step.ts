/** Our training step in a process of its own, answering as those of PyTorch do: a card is empty before it and after it. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { cropCount } from '#antonym/losses/levels.js';
import { explainHalfPrecision } from '#antonym/runtime/devices/device.js';
import type { Device } from '#antonym/runtime/devices/device-names.js';
import { messageOf, UserError } from '#antonym/support/errors.js';
import { randomStream } from '#antonym/support/random.js';
import { engineOptions } from '#antonym/train/engines/create-engine.js';
import { openOnnxRuntimeEngine } from '#antonym/train/engines/onnxruntime.js';
import { createTensorFlowEngine } from '#antonym/train/engines/tensorflow.js';
import { peakMemory } from './measure.js';
import { type SetupFlags, setupOf } from './own-setup.js';
import { type Steps, startSteps } from './step-process.js';

export interface OwnFacts {
  /** The choice of `auto`. */
  readonly device: Device;
  /** In a step. */
  readonly crops: number;
  /** Their side, pixels. */
  readonly crop: number;
  /** Notice of the engine. */
  readonly notice?: string;
}

/** @throws UserError when the device is not there or has too little memory, as `isOutOfMemory` knows. */
export function startOwn(flags: SetupFlags): Promise<Steps<OwnFacts>> {
  return startIn(undefined, fileURLToPath(import.meta.url), flags);
}

/**
 * The steps of another checkout, with its own `datasets.json`.
 * @param folder its root
 * @throws UserError where its bench is not built, and as `startOwn` does.
 */
export async function startOther(folder: string, flags: SetupFlags): Promise<Steps<OwnFacts>> {
  const program = join(resolve(folder), 'dist', 'bench', 'own-step.js');
  if (!existsSync(program)) {
    throw new UserError(
      `--vs can be pytorch or the folder of another checkout. ${folder} has no built bench: run npm ci, npm run build, npx tsc --build bench there.`,
    );
  }
  return startIn(folder, program, flags);
}

function startIn(folder: string | undefined, program: string, flags: SetupFlags): Promise<Steps<OwnFacts>> {
  return startSteps(process.execPath, [program, JSON.stringify(flags)], (said) => new UserError(said), folder);
}

async function serve(flags: SetupFlags): Promise<void> {
  const setup = await setupOf(flags);
  const { batchSize, levels, crop, lr } = setup.options;
  const options = await engineOptions(setup);
  const engine = await (setup.options.engine === 'tensorflow' ? createTensorFlowEngine : openOnnxRuntimeEngine)(options);
  const random = randomStream('crops of a benchmark');
  const pixels = Uint8Array.from({ length: cropCount({ photographs: batchSize, levels }) * crop ** 2 * 3 }, () => random.integer(256));
  const say = (facts: unknown): boolean => process.stdout.write(`${JSON.stringify(facts)}\n`);
  say({ device: options.device, crops: pixels.length / (crop ** 2 * 3), crop, notice: engine.notice });
  let step = 0;
  for await (const _ of createInterface(process.stdin)) {
    const started = performance.now();
    await engine.accumulate(pixels, 0, 1);
    await engine.update({ step: ++step, learningRate: lr });
    say({ milliseconds: performance.now() - started, peakMemoryMiB: peakMemory() });
  }
  await engine.close();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await serve(JSON.parse(process.argv[2]!));
  } catch (error) {
    process.stderr.write(`${messageOf(explainHalfPrecision(error) ?? error).split('\n')[0]}\n`);
    process.exitCode = 1;
  }
}
