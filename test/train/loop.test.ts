/** The training loop in this process: its events, what it writes, and that a stop or a divergence loses nothing. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Checkpoint, loadCheckpoint } from '#antonym/runs/checkpoint.js';
import { readMetrics } from '#antonym/runs/metrics-log.js';
import { createRun, type OpenRun, type RunFolder } from '#antonym/runs/run-directory.js';
import { resolveOptions } from '#antonym/support/options/option-table.js';
import { sha256Of } from '#antonym/support/sha256.js';
import type { TensorData } from '#antonym/tensors/tensor-data.js';
import type { Engine } from '#antonym/train/engines/engine.js';
import { copiedState } from '#antonym/train/engines/kept-state.js';
import type { Evaluation } from '#antonym/train/evaluation.js';
import { trainLoop } from '#antonym/train/loop.js';
import { trainOptions } from '#antonym/train/options.js';
import { learningRate, scheduleOf } from '#antonym/train/schedule.js';
import type { StepReport, TrainingEvents } from '#antonym/train/training-events.js';
import { openTrainingSession, type TrainingSession } from '#antonym/train/training-session.js';
import { setUpTraining } from '#antonym/train/training-setup.js';
import { digestOf } from '../commands/run-files.js';
import { writePhotographs } from '../pairs/folder-of-photographs.js';
import { peersInProcess } from '../peers/peers-in-process.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const folder = await temporaryFolder();
const steps = 5;
const { values: options } = resolveOptions(
  trainOptions,
  {
    flags: {
      ...{ data: join(folder, 'photos'), crop: '32', levels: '2', heldOut: '1', workers: '1', distortion: 'jpeg,white-noise' },
      ...{ batchSize: '2', accumulate: '2', steps: String(steps), evaluateEvery: '3' },
      // an encoder of a few thousand weights
      ...{ backbone: join(import.meta.dirname, '../backbones/golden/onnx_resnet.onnx'), mean: '0,0,0', std: '1,1,1' },
    },
  },
  { cores: 2 },
);

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

async function session(checkpoint?: string): Promise<TrainingSession> {
  const made = await openTrainingSession(await setUpTraining({ options, checkpoint }), { checkpoint });
  opened.push(made);
  return made;
}

async function newRun(name: string): Promise<RunFolder> {
  const run: OpenRun = await createRun(join(folder, 'runs'), { name }, {}, {});
  opened.push(run);
  return run.folder;
}

/** Digests of tensors by name: a comparison of millions of numbers one by one takes minutes. */
function digestsOf(tensors: Iterable<readonly [name: string, TensorData]>): Record<string, string> {
  const bytesOf = ({ data }: TensorData): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return Object.fromEntries(Array.from(tensors, ([name, tensor]) => [name, sha256Of(bytesOf(tensor))]));
}

/** The events of a loop, and how to stop it. */
function watch(stopAfter = Number.POSITIVE_INFINITY) {
  const controller = new AbortController();
  const seen = {
    starts: [] as number[],
    reports: [] as StepReport[],
    evaluations: new Map<number, Evaluation>(),
    measured: [] as string[],
  };
  const events: TrainingEvents = {
    onStart: (step) => void seen.starts.push(step),
    onStep(report) {
      seen.reports.push(report);
      if (report.step === stopAfter) controller.abort();
    },
    onMeasure: (step, done, total) => void seen.measured.push(`${step}: ${done}/${total}`),
    onEvaluation: (step, evaluation) => void seen.evaluations.set(step, evaluation),
    onSkip: (image, reason) => expect.unreachable(`${image}: ${reason}`),
  };
  return { ...seen, events, stop: controller.signal, controller };
}

beforeAll(() => writePhotographs(join(folder, 'photos'), 4));

describe('the loop', () => {
  test('reports every step and evaluation, logs what it reports, and keeps the last and the best state', async () => {
    const [run, training] = [await newRun('whole'), await session()];
    const { events, stop, starts, reports, evaluations, measured } = watch();
    const { step, best } = await trainLoop(training, run, stop, events);

    expect([step, starts, reports.map((report) => report.step)]).toEqual([steps, [0], [1, 2, 3, 4, 5]]);
    expect(measured).toEqual(['3: 1/2', '3: 2/2', '5: 1/2', '5: 2/2']);
    expect([...evaluations.keys()]).toEqual([3, 5]);
    const rows = await readMetrics(run.metrics);
    expect(rows.map((row) => `${row.kind} ${row.step}`)).toEqual([
      'step 1',
      'step 2',
      'step 3',
      'evaluation 3',
      'step 4',
      'step 5',
      'evaluation 5',
    ]);
    for (const { imagesPerSecond: _, ...report } of reports) {
      const rate = learningRate(report.step, scheduleOf(options));
      expect(rows.find((row) => row.kind === 'step' && row.step === report.step)).toMatchObject({ ...report, learningRate: rate });
    }
    for (const [at, evaluation] of evaluations) {
      expect(rows.find((row) => row.kind === 'evaluation' && row.step === at)).toMatchObject(evaluation);
      expect(Object.keys(evaluation.perDistortion)).toEqual(['jpeg', 'white-noise']);
    }

    const highest = Math.max(...[...evaluations.values()].map(({ ordered }) => ordered));
    // of equal ones the first
    expect(best).toEqual({ step: evaluations.get(3)!.ordered === highest ? 3 : 5, value: highest });
    expect((await loadCheckpoint(run.bestCheckpoint)).step).toBe(best!.step);
    const last = await loadCheckpoint(run.lastCheckpoint);
    expect([last.step, last.metadata.data]).toEqual([steps, training.setup.data.fingerprint]);
    expect(digestsOf(last.tensors)).toEqual(digestsOf(Object.entries(await training.engine.readState())));
    expect(existsSync(join(run.previews, 'step-1.png'))).toBe(true);
  });

  test('stopped between evaluations saves its state; resumed from there, it ends as if it had not stopped', async () => {
    const run = await newRun('stopped');
    const first = watch(2);
    expect(await trainLoop(await session(), run, first.stop, first.events)).toEqual({ step: 2, best: undefined });
    expect(first.reports.map(({ step }) => step)).toEqual([1, 2]);
    expect((await loadCheckpoint(run.lastCheckpoint)).step).toBe(2);
    expect(existsSync(run.bestCheckpoint)).toBe(false);

    const second = watch();
    expect(await trainLoop(await session(run.lastCheckpoint), run, second.stop, second.events)).toMatchObject({ step: steps });
    expect([second.starts, second.reports.map(({ step }) => step)]).toEqual([[2], [3, 4, 5]]);
    expect(await digestOf(run.lastCheckpoint)).toBe(await digestOf(join(folder, 'runs', 'whole', 'checkpoints', 'last.safetensors')));
  });

  test.each([
    ['step', 4, 'saved already'],
    // the state is that before a step, which the engine is in the midst of
    ['step', 2, 'read in place'],
    ['step', 2, 'copied'],
    ['evaluation', 3, 'copied'],
  ] as const)('leaves %s %i in its middle, its state %s, and ends later as if it had not stopped', async (kind, at, place) => {
    const done = kind === 'step' ? at - 1 : at;
    const run = await newRun(`left-${kind}-${at}-${place.replaceAll(' ', '-')}`);
    const training = await session();
    const { engine } = training;
    const { events, stop, controller } = watch();
    // an engine that does not end what is under way before the loop has ended
    let release = (): void => {};
    const ended = new Promise<void>((resolve) => (release = resolve));
    const stopping = async <T>(isNow: boolean, result: Promise<T>): Promise<T> => {
      if (!isNow) return result;
      controller.abort();
      return result.finally(() => ended);
    };
    let updates = 0;
    const slow: Engine = {
      ...engine,
      kept: place === 'copied' ? copiedState(() => engine.readState()) : engine.kept,
      update: async (options) => {
        updates++;
        return engine.update(options);
      },
      accumulate: (crops, part, ...rest) =>
        stopping(kind === 'step' && updates === at - 1 && part === 1, engine.accumulate(crops, part, ...rest)),
      measure: (crops, count) => stopping(kind === 'evaluation', engine.measure(crops, count)),
    };
    expect(await trainLoop({ ...training, engine: slow }, run, stop, events, 0)).toMatchObject({ step: done, left: kind });
    release();
    expect([updates, (await loadCheckpoint(run.lastCheckpoint)).step]).toEqual([done, done]);
    expect(existsSync(run.bestCheckpoint)).toBe(kind === 'step' && done >= 3);

    const second = watch();
    expect(await trainLoop(await session(run.lastCheckpoint), run, second.stop, second.events)).toMatchObject({ step: steps });
    expect(second.reports.map(({ step }) => step)).toEqual(Array.from({ length: steps - done }, (_, index) => done + 1 + index));
    for (const name of ['last', 'best'])
      expect(await digestOf(join(run.path, 'checkpoints', `${name}.safetensors`))).toBe(
        await digestOf(join(folder, 'runs', 'whole', 'checkpoints', `${name}.safetensors`)),
      );
    const rowsOf = async (path: string) => (await readMetrics(path)).map((row) => `${row.kind} ${row.step} ${row.loss ?? row.srcc}`);
    expect(await rowsOf(run.metrics)).toEqual(await rowsOf(join(folder, 'runs', 'whole', 'metrics.jsonl')));
  });

  test.each([
    ['step', 2],
    ['evaluation', 3],
  ] as const)('of two processes saves what came before %s %i while it is under way, and ends it', async (kind, at) => {
    const processes = peersInProcess(2).map(async (peers) => {
      const made = await openTrainingSession({ ...(await setUpTraining({ options })), peers }, {});
      opened.push(made);
      return made;
    });
    const [first, second] = await Promise.all(processes);
    const { engine } = first!;
    const run = await newRun(`together-${kind}`);
    const { events, stop, controller } = watch();
    const done = kind === 'step' ? at - 1 : at;
    let state: Record<string, string> = {};
    let saved: Checkpoint | undefined;
    /** Ends when the state is on the disk. */
    const stopping = async <T>(result: Promise<T>): Promise<T> => {
      controller.abort();
      while (!existsSync(run.lastCheckpoint)) await sleep(5);
      saved ??= await loadCheckpoint(run.lastCheckpoint);
      return result;
    };
    let updates = 0;
    const slow: Engine = {
      ...engine,
      update: async (step) => {
        const result = await engine.update(step);
        if (++updates === done) state = digestsOf(Object.entries(await engine.readState()));
        return result;
      },
      accumulate: (...batch) => {
        const result = engine.accumulate(...batch);
        return kind === 'step' && updates === done ? stopping(result) : result;
      },
      measure: (crops, count) => (kind === 'evaluation' ? stopping(engine.measure(crops, count)) : engine.measure(crops, count)),
    };
    const quiet = watch();
    const [result, other] = await Promise.all([
      trainLoop({ ...first!, engine: slow }, run, stop, events, 0),
      trainLoop(second!, undefined, quiet.stop, quiet.events, 0),
    ]);
    expect([saved!.step, digestsOf(saved!.tensors)]).toEqual([done, state]);
    expect(saved!.metadata.unevaluated).toBe(kind === 'evaluation' ? 'true' : undefined);
    expect([result.step, other.step, result.left]).toEqual([at, at, undefined]);
    const last = await loadCheckpoint(run.lastCheckpoint);
    expect([last.step, last.metadata.unevaluated]).toEqual([at, undefined]);
  });

  test('that is to stop before it starts does nothing', async () => {
    const run = await newRun('idle');
    const { events, controller, starts, reports } = watch();
    controller.abort();
    expect(await trainLoop(await session(), run, controller.signal, events)).toEqual({ step: 0, best: undefined });
    expect([starts, reports, existsSync(run.lastCheckpoint)]).toEqual([[0], [], false]);
  });

  test('that diverges names the step, keeps its batches, and saves no such state', async () => {
    const [run, training] = [await newRun('diverged'), await session()];
    const [name, weights] = Object.entries(await training.engine.readState()).find(([, { shape }]) => shape.length === 4)!;
    (weights.data as Float32Array).fill(Number.NaN);
    await training.engine.writeState({ [name]: weights });
    const { events, stop, reports } = watch();
    await expect(trainLoop(training, run, stop, events)).rejects.toThrow(/^The training diverged at step 1: .*There was no checkpoint yet/);
    expect([reports, existsSync(run.lastCheckpoint)]).toEqual([[], false]);
    expect(existsSync(join(run.path, 'diverged-step-1.safetensors'))).toBe(true);
  });
});
