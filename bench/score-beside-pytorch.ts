/** Scoring beside the same in PyTorch: the two take turns in one run, so that whatever else the machine does slows both. */
import { setTimeout } from 'node:timers/promises';
import { findBackbone } from '#antonym/backbones/registry.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { UserError } from '#antonym/support/errors.js';
import { randomStream } from '#antonym/support/random.js';
import { median, peakMemory, rounded } from './measure.js';
import { startPyTorch } from './pytorch-step.js';
import { pauseMilliseconds, warmUpSteps } from './train-beside-pytorch.js';

const threads = 2;
/** Side of crops where any will do. */
const commonSide = 224;

/**
 * Medians of calls with random crops in memory, without decoding.
 * @param model an ONNX file as it is exported
 * @throws UserError where PyTorch is missing.
 */
export async function scoreBesidePyTorch(
  backbone: string,
  model: Uint8Array,
  { crops, steps }: { readonly crops: number; readonly steps: number },
  { python, compiled }: { readonly python: string; readonly compiled: boolean },
): Promise<Record<string, string | number>> {
  // the scripts of PyTorch think in levels
  const levels = crops / 2 - 1;
  if (!Number.isInteger(levels) || levels < 1)
    throw new UserError(`--crops beside PyTorch is an even number from 4 on, but received ${crops}.`);
  const { trainedSide = commonSide, positions } = findBackbone(backbone);
  const side = positions === undefined ? commonSide : trainedSide;
  const random = randomStream('crops beside PyTorch');
  const data = Uint8Array.from({ length: crops * side ** 2 * 3 }, () => random.integer(256));
  const image = { dataType: 'uint8' as const, shape: [crops, side, side, 3], data };
  const theirs = await startPyTorch(backbone, { photographs: 1, levels }, side, { threads, python, compiled, work: 'scoring' });
  const thread = new SessionThread({ threads });
  try {
    await thread.load('model', model);
    const times: { readonly own: number[]; readonly other: number[] } = { own: [], other: [] };
    let otherPeak = 0;
    for (let step = 1; step <= warmUpSteps + steps; step++) {
      const started = performance.now();
      await thread.run('model', { image });
      const own = performance.now() - started;
      await setTimeout(pauseMilliseconds);
      const other = await theirs.step();
      await setTimeout(pauseMilliseconds);
      otherPeak = other.peakMemoryMiB;
      if (step <= warmUpSteps) continue;
      times.own.push(own);
      times.other.push(other.milliseconds);
    }
    return {
      backbone,
      crops,
      crop: side,
      threads,
      steps,
      imagesPerSecond: rounded((crops * 1000) / median(times.own)),
      pytorchImagesPerSecond: rounded((crops * 1000) / median(times.other)),
      ratio: rounded(median(times.other) / median(times.own)),
      peakMemoryMiB: peakMemory(),
      pytorchPeakMemoryMiB: otherPeak,
      pytorch: `${theirs.facts.torch}${compiled ? ', compiled' : ''}`,
    };
  } finally {
    await thread.close();
    await theirs.close();
  }
}
