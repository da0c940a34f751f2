/** The ways to train an encoder without text and without labels, side by side: held-out ordering before training and after equal steps. */
import { availableParallelism } from 'node:os';
import { isOnnxFile } from '#antonym/backbones/preset.js';
import { resolveOptions } from '#antonym/support/options/option-table.js';
import { type Evaluation, evaluateOrdering, type Ordering } from '#antonym/train/evaluation.js';
import { measuredSize } from '#antonym/train/graphs/model.js';
import { trainLoop } from '#antonym/train/loop.js';
import { measureTogether } from '#antonym/train/measure-together.js';
import { trainOptions } from '#antonym/train/options.js';
import { openTrainingSession } from '#antonym/train/training-session.js';
import { setUpTraining } from '#antonym/train/training-setup.js';
import { markdownTable } from './markdown-table.js';

interface Flags {
  readonly backbone: string;
  readonly mean?: string;
  readonly std?: string;
  readonly data: string;
  readonly ways: string;
  readonly seeds: string;
  readonly steps: string;
  readonly crop: string;
  readonly batchSize: string;
  readonly heldOut: string;
  readonly lr: string;
  readonly lrHead: string;
  readonly json?: boolean;
}

/** Flags of the train command: `mlp` is the head of that name, everything else a source of prompts. */
function flagsOf(way: string): Record<string, string> {
  return way === 'mlp' ? { head: 'mlp' } : { head: 'prompts', prompts: way };
}

interface Result {
  readonly way: string;
  readonly seed: string;
  readonly before: Ordering;
  readonly after: Ordering;
}

/** Prints a line for each run, and a table with the means over seeds. Every seed has its own crops, which all ways see. */
export async function benchLabelFree(flags: Flags): Promise<void> {
  const results: Result[] = [];
  for (const seed of flags.seeds.split(','))
    for (const way of flags.ways.split(',')) {
      const result = { way, seed, ...(await trained(flagsOf(way), seed, flags)) };
      results.push(result);
      if (flags.json) process.stdout.write(`${JSON.stringify(result)}\n`);
      else process.stderr.write(`${way}, seed ${seed}: ${described(result.before)} before, ${described(result.after)} after\n`);
    }
  if (flags.json) return;
  const header = ['', 'ordered before training', 'SRCC', 'ordered after training', 'SRCC', 'by seed'];
  const rows = flags.ways.split(',').map((way) => {
    const own = results.filter((result) => result.way === way);
    const mean = (key: 'before' | 'after', measure: keyof Ordering): number =>
      own.reduce((sum, result) => sum + result[key][measure], 0) / own.length;
    const figures = (['before', 'after'] as const).flatMap((key) => [percent(mean(key, 'ordered')), mean(key, 'srcc').toFixed(2)]);
    return [way, ...figures, own.map(({ after }) => percent(after.ordered)).join(', ')];
  });
  process.stdout.write(markdownTable([header, ...rows]));
}

/** One run in memory. */
async function trained(way: Record<string, string>, seed: string, flags: Flags): Promise<Pick<Result, 'before' | 'after'>> {
  const { backbone, mean, std, data, steps, crop, batchSize, heldOut, lr, lrHead } = flags;
  const pixels = { ...(mean !== undefined && { mean }), ...(std !== undefined && { std }) };
  // one evaluation, at the end: nothing is chosen
  const shared = {
    backbone,
    data,
    steps,
    crop,
    batchSize,
    heldOut,
    lr,
    lrHead,
    seed,
    accumulate: '1',
    evaluateEvery: steps,
    ...pixels,
    chooseOn: 'all',
  };
  const given = { weights: isOnnxFile(backbone) ? 'own' : 'random', ...shared, ...way };
  const { values } = resolveOptions(trainOptions, { flags: given }, { cores: availableParallelism() });
  const setup = await setUpTraining({ options: values });
  const session = await openTrainingSession(setup, {});
  try {
    const { engine, choosing: heldOut } = session;
    const measured = await measureTogether(setup.peers, engine, heldOut, { crop: values.crop, size: measuredSize(setup.model) });
    const before = orderingOf(evaluateOrdering(setup.model.head, heldOut, measured));
    let after = before;
    await trainLoop(session, undefined, new AbortController().signal, {
      onStart: () => {},
      onStep: () => {},
      onSkip: () => {},
      onEvaluation: (_, evaluation) => {
        after = orderingOf(evaluation);
      },
    });
    return { before, after };
  } finally {
    await session.close();
  }
}

/** Figures of all distortions together. */
function orderingOf({ srcc, ordered }: Evaluation): Ordering {
  return { srcc, ordered };
}

function described({ ordered, srcc }: Ordering): string {
  return `${percent(ordered)} ordered, SRCC ${srcc.toFixed(3)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
