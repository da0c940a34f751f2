/** Training steps beside those of another checkout, such as of the commit before a change: the two take turns, one first and then the other. */
import { setTimeout } from 'node:timers/promises';
import { inTurn, median, rounded } from './measure.js';
import type { SetupFlags } from './own-setup.js';
import { type OwnFacts, startOther, startOwn } from './own-step.js';
import type { Step } from './step-process.js';

/** Threads of kernels look out for work for some milliseconds after the last; then they sleep and take nothing from the other side. */
const pauseMilliseconds = 5;
const warmUpSteps = 3;

/**
 * Medians of whole steps on random crops, each side in a process of its own, with all cores. There are two rounds, each with new processes:
 * the side that makes the very first step stays slower by one or two hundredths, even beside itself.
 * @param folder root of the other checkout, whose bench is built
 * @param steps of both rounds together
 * @returns `ratio`: this checkout's time by the other's: of each round the median of pairs of neighboring steps, of both the geometric mean
 * @throws UserError where the folder has no built bench, or a step cannot be made.
 */
export async function besideCheckout(flags: SetupFlags, steps: number, folder: string): Promise<Record<string, string | number>> {
  const rounds: Round[] = [];
  for (const isOwnFirst of [true, false]) rounds.push(await round(flags, Math.ceil(steps / 2), folder, isOwnFirst));
  const measured = rounds.flatMap(({ pairs }) => pairs);
  const ratios = rounds.map(({ pairs }) => median(pairs.map(({ own, other }) => own.milliseconds / other.milliseconds)));
  return {
    ...rounds[0]!.facts,
    steps: measured.length,
    stepMilliseconds: rounded(median(measured.map(({ own }) => own.milliseconds))),
    otherStepMilliseconds: rounded(median(measured.map(({ other }) => other.milliseconds))),
    ratio: Number(Math.sqrt(ratios[0]! * ratios[1]!).toFixed(3)),
    peakMemoryMiB: rounded(Math.max(...measured.map(({ own }) => own.peakMemoryMiB))),
    otherPeakMemoryMiB: rounded(Math.max(...measured.map(({ other }) => other.peakMemoryMiB))),
  };
}

interface Round {
  readonly facts: OwnFacts;
  readonly pairs: readonly { readonly own: Step; readonly other: Step }[];
}

/** @param isOwnFirst whether this checkout makes the very first step */
async function round(flags: SetupFlags, steps: number, folder: string, isOwnFirst: boolean): Promise<Round> {
  const other = await startOther(folder, flags);
  const own = await startOwn(flags).catch(async (error: unknown) => {
    await other.close();
    throw error;
  });
  const turn = (side: typeof own) => async (): Promise<Step> => {
    await setTimeout(pauseMilliseconds);
    return side.step();
  };
  const pairs = await inTurn(warmUpSteps + steps, { own: turn(own), other: turn(other) }, isOwnFirst).finally(() =>
    Promise.all([own.close(), other.close()]),
  );
  return { facts: own.facts, pairs: pairs.slice(warmUpSteps) };
}
