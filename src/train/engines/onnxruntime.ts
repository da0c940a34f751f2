/** The engine that runs training graphs in ONNX Runtime; state stays with the thread of its sessions, and a strategy knows where that computes. */
import { statisticsShare } from '../../backbones/convolution-layers.js';
import { largestTensor } from '../../graph/peak-memory.js';
import { joinVectors } from '../../lowering/cpu/join-vectors.js';
import { inPlainNodes } from '../../lowering/device/in-plain-nodes.js';
import { explainHalfPrecision, isOutOfMemory, mayBeOutOfMemory } from '../../runtime/devices/device.js';
import { SessionThread } from '../../runtime/sessions/session-thread.js';
import { floatTensor, type NamedTensors } from '../../tensors/tensor-data.js';
import { cropsAtOnce } from '../graphs/crops-at-once.js';
import { buildGradientsGraph, lossScaleName, recomputedOn, trainedSpecs } from '../graphs/gradients-graph.js';
import { buildMeasuringGraph } from '../graphs/measuring-graph.js';
import { buildPredictionGraph, cropsOf, lossGraphOf, opinionFeeds, type RatedPart, seesOtherParts } from '../graphs/opinion-graph.js';
import { averageName, initialAverages, initialMoments, initialTensors, updatedTensors } from '../graphs/state.js';
import { LossScale } from '../loss-scale.js';
import { averageShare } from '../schedule.js';
import { buildDeviceGradientsGraph } from './device-gradients-graph.js';
import { deviceStep } from './device-step.js';
import type { Engine, EngineOptions, Losses } from './engine.js';
import { explainOutOfMemory, fittingBatch } from './fitting-batch.js';
import { copiedState, stateInPlace } from './kept-state.js';
import { cropMeasurer } from './measured-model.js';
import { processorStep } from './processor-step.js';
import { sharedStatistics } from './shared-statistics.js';
import { loadGraph } from './step-strategy.js';

/**
 * An engine in its initial state.
 * @throws Error when ONNX Runtime refuses a graph; UserError when the device is not available or has too little memory.
 */
export async function createOnnxRuntimeEngine(options: EngineOptions): Promise<Engine> {
  try {
    return await openOnnxRuntimeEngine(options);
  } catch (error) {
    const unsupported = explainHalfPrecision(error);
    if (unsupported) throw unsupported;
    throw mayBeOutOfMemory(error) ? await explainBatch(error, options) : error;
  }
}

/**
 * Tries smaller batches, each with an engine of its own: call it when the one that failed is closed.
 * @returns the error itself if none runs and it need not be about memory
 */
async function explainBatch(error: Error, { parameters: _, ...options }: EngineOptions): Promise<Error> {
  const { model, layout, crop, accumulate = 1, device = 'cpu', precision, recompute } = options;
  const { photographs } = layout;
  const fitting = await fittingBatch(photographs, async (part) => {
    const smaller = { ...options, layout: { ...layout, photographs: part }, accumulate: (accumulate * photographs) / part };
    try {
      await (await openOnnxRuntimeEngine(smaller)).close();
      return true;
    } catch (failure) {
      if (mayBeOutOfMemory(failure)) return false;
      throw failure;
    }
  });
  if (fitting === undefined && !isOutOfMemory(error)) return error;
  const lossGraph = lossGraphOf(model, crop, options);
  const graph =
    device === 'cpu'
      ? buildGradientsGraph(lossGraph, recomputedOn(device, recompute))
      : buildDeviceGradientsGraph(lossGraph, { device, precision, recompute });
  const canRecompute = precision !== 'mixed' && !recompute;
  return explainOutOfMemory(error, { photographs, accumulate, fitting, largest: largestTensor(graph), canRecompute });
}

/** `createOnnxRuntimeEngine`, but where a device has too little memory the error is ONNX Runtime's, and no other batch is tried. */
export async function openOnnxRuntimeEngine(options: EngineOptions): Promise<Engine> {
  const { model, crop, optimizer, averageDecay = 0, device = 'cpu', threads, providerOptions, parameters = {} } = options;
  const lossScale = options.precision === 'mixed' ? new LossScale(options.lossScale) : undefined;
  const losses = lossGraphOf(model, crop, options);
  const batchCrops = cropsOf(options);
  const seesOthers = seesOtherParts(options);
  const { specs, updates } = losses.parameters;
  const trained = trainedSpecs(losses.parameters);
  // everything that changes: buffers too, such as running statistics
  const averaged = averageDecay > 0 ? [...trained, ...[...updates.keys()].map((name) => specs.get(name)!)] : [];
  const isAveraged = new Set(averaged.map(({ name }) => name));
  const update = {
    ...optimizer,
    parameters: updatedTensors(trained, optimizer.headRate),
    averages: averaged.map(({ name }) => ({ average: averageName(name), value: name })),
  };
  // crops are made meanwhile, and other processes may train: beside another training a step takes two thirds of the time
  const cores = { leavesCores: true, ...(threads !== undefined && { threads }) };
  const thread = new SessionThread({ device, ...cores, ...(providerOptions && { providerOptions }) });
  const parts = { thread, losses, options, trained, averaged, update };
  const strategy = device === 'cpu' ? processorStep(parts) : deviceStep(parts, device);
  const cropFeeds = (data: Uint8Array): NamedTensors => ({ crops: { dataType: 'uint8', shape: [batchCrops, crop, crop, 3], data } });
  const batchFeeds = (crops: Uint8Array, rated?: RatedPart): NamedTensors => ({
    ...cropFeeds(crops),
    ...opinionFeeds(options, rated),
    ...(lossScale && { [lossScaleName]: floatTensor([], [lossScale.scale]) }),
  });
  const shapes = new Map<string, readonly number[]>();
  let notice: string | undefined;
  try {
    await strategy.load();
    const measured = buildMeasuringGraph(model, crop, (name) => (isAveraged.has(name) ? averageName(name) : name));
    await loadGraph(thread, 'measure', joinVectors(measured.graph));
    if (seesOthers) {
      const predicting = buildPredictionGraph(model, batchCrops, crop);
      await loadGraph(thread, 'predict', joinVectors(device === 'cpu' ? predicting : inPlainNodes(predicting, device)));
    }
    const drawn = initialTensors(
      [...specs.values()].filter(({ name }) => !parameters[name]),
      options.seed,
    );
    const averages = initialAverages(averaged.map(({ name }) => [name, (parameters[name] ?? drawn[name])!]));
    for (const tensors of [averages, parameters, drawn, initialMoments(trained)]) {
      for (const [name, { shape }] of Object.entries(tensors)) shapes.set(name, shape);
      await thread.writeState(tensors, buffersOf(tensors));
    }
    notice = await strategy.prepare(batchFeeds(new Uint8Array(batchCrops * crop * crop * 3)));
  } catch (error) {
    await thread.close();
    throw error;
  }
  const isGradient = new Set(strategy.gradients);
  const { sharing } = options;
  const statistics = sharing && sharedStatistics(thread, [...updates.keys()], statisticsShare, sharing);
  let summed = 1;
  const withoutGradients = async (): Promise<NamedTensors> => {
    const state = await thread.readState();
    return Object.fromEntries(Object.entries(state).filter(([name]) => !isGradient.has(name)));
  };
  const kept = device === 'cpu' ? stateInPlace(thread, shapes, new Set(updates.keys())) : copiedState(withoutGradients);
  const explain = async (error: unknown): Promise<never> => {
    if (!mayBeOutOfMemory(error)) throw error;
    await thread.close();
    throw await explainBatch(error, options);
  };
  // never more than the step for which memory suffices
  const measure = cropMeasurer(thread, model, crop, Math.min(cropsAtOnce(model, crop), batchCrops));

  return {
    notice,

    async accumulate(crops, part, parts, rated) {
      summed = options.opinionLoss ? 1 : parts;
      if (part === 0) await statistics?.begin();
      const added = part === 0 ? [] : strategy.gradients;
      const results = await thread.run('gradients', batchFeeds(crops, rated), { added }).catch(explain);
      return Object.fromEntries(losses.names.map((name) => [name, Number(results[name]!.data[0])])) as Losses;
    },

    ...(seesOthers && {
      async predict(crops: Uint8Array) {
        const { measured } = await thread.run('predict', cropFeeds(crops)).catch(explain);
        return measured!.data as Float32Array;
      },
    }),

    async update({ step, learningRate }) {
      await statistics?.end();
      if (sharing) await strategy.sum(sharing.peers);
      const scale = lossScale?.scale ?? 1;
      // AdamW does not count skipped steps
      const taken = step - (lossScale?.skipped ?? 0);
      const share = averageDecay > 0 ? averageShare(taken, averageDecay) : 0;
      const gradientScale = 1 / (summed * scale);
      const gradientNorm = await strategy
        .update({ ...update, step: taken, learningRate, gradientScale, averageShare: share })
        .catch(explain);
      kept.forget();
      if (!lossScale) return { gradientNorm };
      const isGood = Number.isFinite(gradientNorm);
      const goesOn = lossScale.update(isGood);
      return { gradientNorm, lossScale: { scale, isSkipped: goesOn && !isGood, skippedSteps: lossScale.skipped } };
    },

    measure: (crops, count) => measure(crops, count).catch(explain),

    readState: async () => ({ ...(await withoutGradients()), ...lossScale?.readState() }),

    kept: {
      ...kept,
      read() {
        const state = kept.read();
        return state && { ...state, ...lossScale?.readState() };
      },
    },

    writeState: (tensors) => thread.writeState(lossScale ? lossScale.writeState(tensors) : tensors),
    close: () => thread.close(),
  };
}

function buffersOf(tensors: NamedTensors): ArrayBuffer[] {
  return [...new Set(Object.values(tensors).map(({ data }) => data.buffer as ArrayBuffer))];
}
