/** `train --sweep-lr`: short runs from one start that differ in the learning rate alone, compared without labels. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readMetrics } from '../../runs/metrics-log.js';
import { type RunFolder, runsFolder } from '../../runs/run-directory.js';
import { jsonLine } from '../../support/json-line.js';
import type { GivenOptions } from '../../support/options/option-table.js';
import { startProgress } from '../../support/progress.js';
import { DivergedError } from '../../train/divergence.js';
import { bestMetric } from '../../train/evaluation.js';
import { trainLoop } from '../../train/loop.js';
import { openTrainingSession } from '../../train/training-session.js';
import { setUpTraining } from '../../train/training-setup.js';
import { type StopSignals, stopSignals } from '../stop-signals.js';
import { watchWeights } from '../watch-weights.js';
import { endNow } from './end-now.js';
import { ratesOf, type Sweep } from './sweep.js';
import { newRun, resumedRun } from './training-run.js';

interface Result {
  readonly lr: number;
  readonly run: string;
  /** Metrics of the best evaluation; undefined when the training diverged before the first. */
  readonly ordered?: number;
  readonly srcc?: number;
  readonly step?: number;
  /** Why there is no more. */
  readonly failure?: string;
}

/**
 * Each rate is a run of its own, `<name>-lr-<rate>`, which a sweep started again resumes.
 * @returns the exit code: 0, or 128 + signal after a stop.
 */
export async function sweepLearningRates(sweep: Sweep, name: string, given: GivenOptions, json: boolean): Promise<number> {
  const signals = stopSignals();
  const results: Result[] = [];
  try {
    for (const lr of ratesOf(sweep)) {
      results.push(await runWith(lr, `${name}-lr-${lr.toExponential()}`, given, signals));
      if (signals.stop.aborted) {
        process.stderr.write(stopped);
        return signals.exitCode();
      }
    }
  } finally {
    signals.ignore();
  }
  const best = results.reduce((first, other) => ((other.ordered ?? -1) > (first.ordered ?? -1) ? other : first));
  process.stdout.write(json ? jsonLine({ criterion: bestMetric, best: best.lr, results }) : table(results, best));
  return 0;
}

const stopped = 'Stopped; everything is saved. Repeat the command to resume.\n';

async function runWith(lr: number, name: string, given: GivenOptions, signals: StopSignals): Promise<Result> {
  const own = { ...given, flags: { ...given.flags, lr: String(lr) } };
  const { stop } = signals;
  const exists = existsSync(join(runsFolder, name, 'config.json'));
  const start = exists ? await resumedRun(name, own) : await newRun(name, own);
  const { steps } = start.resolved.values;
  const progress = startProgress(`Learning rate ${lr.toExponential()}`);
  try {
    const setup = await setUpTraining(start.spec, watchWeights(progress));
    const folder = await start.open(setup);
    const done = await best(folder, steps);
    if (done) return { lr, run: name, ...done };
    const session = await openTrainingSession(setup, {
      checkpoint: start.spec.checkpoint,
      stop,
      onPair: (pair, total) => progress.update(pair, total, 'held-out crops'),
    });
    try {
      const { left } = await trainLoop(session, folder, stop, {
        onStart: (step) => progress.update(step, steps),
        onStep: ({ step, loss }) => progress.update(step, steps, `loss ${loss.toFixed(4)}`),
        onEvaluation: () => {},
        onSkip: (image, reason) => progress.note(`skipped ${image}: ${reason}`),
      });
      if (left) {
        process.stderr.write(stopped);
        await endNow(start, signals);
      }
      return { lr, run: name, ...(await best(folder, 0)) };
    } catch (error) {
      // too high a rate is a result
      if (!(error instanceof DivergedError)) throw error;
      return { lr, run: name, failure: 'diverged' };
    } finally {
      await session.close();
    }
  } catch (error) {
    if (stop.aborted && error === stop.reason) return { lr, run: name, failure: 'stopped' };
    throw error;
  } finally {
    progress.stop();
    await start.close();
  }
}

/** The best evaluation of a run that has come to a step. */
async function best({ metrics }: RunFolder, step: number): Promise<Pick<Result, 'ordered' | 'srcc' | 'step'> | undefined> {
  const evaluations = (await readMetrics(metrics)).filter(({ kind }) => kind === 'evaluation');
  if ((evaluations.at(-1)?.step ?? -1) < step) return undefined;
  const [first] = evaluations.sort((a, b) => Number(b[bestMetric.name]) - Number(a[bestMetric.name]));
  return first && { ordered: Number(first.ordered), srcc: Number(first.srcc), step: first.step };
}

function table(results: readonly Result[], best: Result): string {
  const differ = results.some(({ ordered }) => ordered !== best.ordered);
  const rows = results.map(({ lr, ordered, srcc, step, failure }) => {
    const figures =
      ordered === undefined ? (failure ?? 'no evaluation') : `${(ordered * 100).toFixed(2)} %  SRCC ${srcc!.toFixed(4)}  at step ${step}`;
    return `  ${lr.toExponential().padEnd(8)} ${figures}${differ && lr === best.lr ? '  <- best' : ''}\n`;
  });
  const next = differ
    ? `\nNext: the same command with --lr ${best.lr.toExponential()} instead of --sweep-lr, and all steps\n`
    : '\nThe rates cannot be told apart: sweep with more --steps, more --held-out images, or higher rates\n';
  return `\nHeld-out pairs of severity levels in the right order, by learning rate (no labels):\n${rows.join('')}${next}`;
}
