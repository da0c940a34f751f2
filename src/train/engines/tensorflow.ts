/** The engine that executes the training graphs with TensorFlow.js and lets it differentiate them; state stays in its thread. */
import { Worker } from 'node:worker_threads';
import { sendableGraph } from '../../graph/sendable-graph.js';
import { RequestThread } from '../../support/threads/request-thread.js';
import type { NamedTensors, TensorData } from '../../tensors/tensor-data.js';
import { cropsAtOnce } from '../graphs/crops-at-once.js';
import { trainedSpecs } from '../graphs/gradients-graph.js';
import { buildMeasuringGraph } from '../graphs/measuring-graph.js';
import { measuredSize } from '../graphs/model.js';
import { buildPredictionGraph, cropsOf, lossGraphOf, opinionFeeds, seesOtherParts } from '../graphs/opinion-graph.js';
import { averageName, gradientName, initialAverages, initialGradients, initialMoments, initialTensors } from '../graphs/state.js';
import { buildUpdateGraph, updateFeeds } from '../graphs/update-graph.js';
import { averageShare } from '../schedule.js';
import type { Engine, EngineOptions, Losses } from './engine.js';
import { copiedState } from './kept-state.js';
import type { TensorFlowReply, TensorFlowRequest } from './tensorflow/tensorflow-messages.js';

/**
 * An engine in its initial state: the same state, by the same names, as in ONNX Runtime.
 * @throws UserError when no package of TensorFlow.js is installed that works.
 */
export async function createTensorFlowEngine(options: EngineOptions): Promise<Engine> {
  const { model, crop, optimizer, averageDecay = 0, parameters: given = {} } = options;
  const losses = lossGraphOf(model, crop, options);
  const seesOthers = seesOtherParts(options);
  const { specs, updates } = losses.parameters;
  const trained = trainedSpecs(losses.parameters);
  const averaged = averageDecay > 0 ? [...trained, ...[...updates.keys()].map((name) => specs.get(name)!)] : [];
  const isAveraged = new Set(averaged.map(({ name }) => name));
  const measuredName = (name: string): string => (isAveraged.has(name) ? averageName(name) : name);
  const thread = new RequestThread<TensorFlowRequest, TensorFlowReply>(
    (options) => new Worker(new URL('./tensorflow/tensorflow-entry.js', import.meta.url), options),
    'the thread of TensorFlow.js',
  );
  let notice: string | undefined;
  try {
    notice = (await thread.ask({ kind: 'start' })) as string | undefined;
    await thread.ask({ kind: 'load', model: 'losses', graph: sendableGraph(losses.graph) });
    if (seesOthers) {
      const graph = sendableGraph(buildPredictionGraph(model, cropsOf(options), crop));
      await thread.ask({ kind: 'load', model: 'predict', graph });
    }
    await thread.ask({ kind: 'load', model: 'update', graph: sendableGraph(buildUpdateGraph(trained, optimizer, averaged)) });
    const drawn = initialTensors(
      [...specs.values()].filter(({ name }) => !given[name]),
      options.seed,
    );
    const tensors = { ...drawn, ...given };
    const averages = initialAverages(averaged.map(({ name }) => [name, tensors[name]!]));
    await thread.ask({
      kind: 'write-state',
      tensors: { ...tensors, ...averages, ...initialMoments(trained), ...initialGradients(trained) },
    });
  } catch (error) {
    await thread.close();
    throw error;
  }
  const sums = Object.fromEntries(trained.map(({ name }) => [name, gradientName(name)]));
  const [cropBytes, atOnce] = [crop * crop * 3, cropsAtOnce(model, crop)];
  const asCrops = (data: Uint8Array, count: number): TensorData => ({ dataType: 'uint8', shape: [count, crop, crop, 3], data });
  /** Numbers of crops for which there is a graph: TensorFlow.js executes graphs of fixed shapes. */
  const loaded = new Set<number>();

  const accumulators = new Set(Object.values(sums));
  const readState = async (): Promise<NamedTensors> => {
    const state = (await thread.ask({ kind: 'read-state' })) as NamedTensors;
    return Object.fromEntries(Object.entries(state).filter(([name]) => !accumulators.has(name)));
  };
  const kept = copiedState(readState);

  async function run(name: string, feeds: NamedTensors): Promise<NamedTensors> {
    return (await thread.ask({ kind: 'run', model: name, feeds, gradients: undefined })) as NamedTensors;
  }

  return {
    notice,

    async accumulate(crops, part, parts, rated) {
      const gradients = { loss: 'loss', parameters: sums, keep: part === 0 ? 0 : 1, share: options.opinionLoss ? 1 : 1 / parts } as const;
      const feeds = { crops: asCrops(crops, cropsOf(options)), ...opinionFeeds(options, rated) };
      const results = (await thread.ask({ kind: 'run', model: 'losses', feeds, gradients })) as NamedTensors;
      return Object.fromEntries(losses.names.map((name) => [name, Number(results[name]!.data[0])])) as Losses;
    },

    ...(seesOthers && {
      predict: async (crops: Uint8Array) =>
        (await run('predict', { crops: asCrops(crops, cropsOf(options)) })).measured!.data as Float32Array,
    }),

    async update({ step, learningRate }) {
      const results = await run(
        'update',
        // the sum of gradients is a mean already
        updateFeeds({ ...optimizer, step, learningRate, gradientScale: 1, averageShare: averageShare(step, averageDecay) }),
      );
      kept.forget();
      return { gradientNorm: Number(results.gradient_norm!.data[0]) };
    },

    async measure(crops, count) {
      const size = measuredSize(model);
      const measured = new Float32Array(count * size);
      for (let first = 0; first < count; first += atOnce) {
        const last = Math.min(first + atOnce, count);
        const name = `measure ${last - first}`;
        if (!loaded.has(last - first)) {
          const graph = sendableGraph(buildMeasuringGraph(model, crop, measuredName, last - first).graph);
          await thread.ask({ kind: 'load', model: name, graph });
          loaded.add(last - first);
        }
        const part = crops.slice(first * cropBytes, last * cropBytes);
        const results = await run(name, { crops: asCrops(part, last - first) });
        measured.set(results.measured!.data as Float32Array, first * size);
      }
      return measured;
    },

    readState,
    kept,

    async writeState(tensors) {
      await thread.ask({ kind: 'write-state', tensors });
    },

    close: () => thread.close(),
  };
}
