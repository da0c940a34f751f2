/** Our work and PyTorch's in turn, in one run, so that whatever else the machine does slows both. */
import { setTimeout } from 'node:timers/promises';
import { median, peakMemory, rounded } from './measure.js';
import type { PyTorchFacts } from './pytorch-step.js';
import type { Steps } from './step-process.js';

/** Threads of kernels look out for work for some milliseconds after the last; then they sleep and take nothing from the other side. */
const pauseMilliseconds = 200;
const warmUpSteps = 2;

/**
 * Images a second by medians, and peak memory of both.
 * @param work ours in a step, numbered from 1
 */
export async function turnsWithPyTorch(
  theirs: Steps<PyTorchFacts>,
  { crops, steps, compiled }: { readonly crops: number; readonly steps: number; readonly compiled: boolean },
  work: (step: number) => Promise<unknown>,
): Promise<Record<string, string | number>> {
  const times: { readonly own: number[]; readonly other: number[] } = { own: [], other: [] };
  let otherPeak = 0;
  for (let step = 1; step <= warmUpSteps + steps; step++) {
    const started = performance.now();
    await work(step);
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
    imagesPerSecond: rounded((crops * 1000) / median(times.own)),
    pytorchImagesPerSecond: rounded((crops * 1000) / median(times.other)),
    ratio: rounded(median(times.other) / median(times.own)),
    peakMemoryMiB: peakMemory(),
    pytorchPeakMemoryMiB: otherPeak,
    pytorch: `${theirs.facts.torch}${compiled ? ', compiled' : ''}`,
  };
}
