/** Training steps beside those of another checkout, such as of the commit before a change: the two take turns, one first and then the other. */
import { setTimeout } from 'node:timers/promises';
import { inTurn, median, rounded } from './measure.js';
import type { SetupFlags } from './own-setup.js';
import { startOther, startOwn } from './own-step.js';
import type { Step } from './step-process.js';

/** Threads of kernels look out for work for some milliseconds after the last; then they sleep and take nothing from the other side. */
const pauseMilliseconds = 5;
const warmUpSteps = 3;

/**
 * Medians of whole steps on random crops, each side in a process of its own, with all cores.
 * @param folder root of the other checkout, whose bench is built
 * @returns `ratio`: the median of this checkout's time by the other's, of pairs of neighboring steps
 * @throws UserError where the folder has no built bench, or a step cannot be made.
 */
export async function besideCheckout(flags: SetupFlags, steps: number, folder: string): Promise<Record<string, string | number>> {
  const other = await startOther(folder, flags);
  const own = await startOwn(flags).catch(async (error: unknown) => {
    await other.close();
    throw error;
  });
  const turn = async (side: typeof own): Promise<Step> => {
    await setTimeout(pauseMilliseconds);
    return side.step();
  };
  const pairs = await inTurn(warmUpSteps + steps, { own: () => turn(own), other: () => turn(other) }).finally(() =>
    Promise.all([own.close(), other.close()]),
  );
  const measured = pairs.slice(warmUpSteps);
  return {
    ...own.facts,
    steps,
    stepMilliseconds: rounded(median(measured.map(({ own }) => own.milliseconds))),
    otherStepMilliseconds: rounded(median(measured.map(({ other }) => other.milliseconds))),
    ratio: Number(median(measured.map(({ own, other }) => own.milliseconds / other.milliseconds)).toFixed(3)),
    peakMemoryMiB: rounded(measured.at(-1)!.own.peakMemoryMiB),
    otherPeakMemoryMiB: rounded(measured.at(-1)!.other.peakMemoryMiB),
  };
}
