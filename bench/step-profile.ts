/** Time of a training step by part, from ONNX Runtime's own profile and a clock around the update. */
import type { Graph } from '#antonym/graph/graph.js';
import { neededParts } from '#antonym/graph/needed-parts.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import type { Node } from '#antonym/graph/operator.js';
import type { Value } from '#antonym/graph/value.js';
import { cropCount } from '#antonym/losses/levels.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { randomStream } from '#antonym/support/random.js';
import { buildCpuGradientsGraph } from '#antonym/train/engines/cpu-gradients-graph.js';
import { createEngine } from '#antonym/train/engines/create-engine.js';
import { buildLossGraph } from '#antonym/train/graphs/gradients-graph.js';
import type { TrainingSetup } from '#antonym/train/training-setup.js';
import { filledInputs } from './filled-inputs.js';
import { kernelTimes, measuredCalls, warmUpCalls } from './kernel-times.js';
import { median, rounded } from './measure.js';

const gradientParts = ['forward', 'input gradients', 'weight gradients', 'element-wise'] as const;
type GradientPart = (typeof gradientParts)[number];

export interface ProfileRow {
  readonly part: GradientPart | 'update';
  /** Time of one step. */
  readonly milliseconds: number;
  readonly sharePercent: number;
  /** Milliseconds by ONNX Runtime's operators, the longest first. */
  readonly operators: Readonly<Record<string, number>>;
}

/**
 * The parts of a step: of the gradients graph means of a few calls, of the update a median. `input gradients` and `weight gradients`
 * are the matrix products and convolutions of the backward pass; `element-wise` is whatever else it does, moving values included.
 */
export async function profileStep(setup: TrainingSetup, threads: number): Promise<ProfileRow[]> {
  const { options, model } = setup;
  const losses = buildLossGraph(model, { photographs: options.batchSize, levels: options.levels }, options.crop, options);
  const thread = new SessionThread();
  const graph = await buildCpuGradientsGraph(losses, thread);
  await thread.close();
  const partOf = partsOf(graph);
  const times = new Map<GradientPart, Map<string, number>>(gradientParts.map((part) => [part, new Map()]));
  const random = randomStream('inputs of a profile');
  const feeds = filledInputs(graph, (dataType, name) =>
    dataType === 'uint8' ? random.integer(256) : name.endsWith('running_var') ? 1 : 0.04 * random.uniform() - 0.02,
  );
  for (const { name, milliseconds, operator } of await kernelTimes(encodeOnnx(graph), feeds, threads)) {
    const ofPart = times.get(partOf.get(name) ?? 'element-wise')!;
    ofPart.set(operator, (ofPart.get(operator) ?? 0) + milliseconds);
  }
  const update = await updateMilliseconds(setup, threads);
  const totalOf = (byOperator: ReadonlyMap<string, number>): number => [...byOperator.values()].reduce((sum, time) => sum + time, 0);
  const whole = update + [...times.values()].reduce((sum, byOperator) => sum + totalOf(byOperator), 0);
  const row = (part: ProfileRow['part'], milliseconds: number, byOperator: ReadonlyMap<string, number>): ProfileRow => ({
    part,
    milliseconds: rounded(milliseconds),
    sharePercent: rounded((100 * milliseconds) / whole),
    operators: Object.fromEntries([...byOperator].sort(([, a], [, b]) => b - a).map(([name, time]) => [name, rounded(time)])),
  });
  return [...[...times].map(([part, byOperator]) => row(part, totalOf(byOperator), byOperator)), row('update', update, new Map())];
}

/** The longest operators of each part beside it. */
export function printProfile(rows: readonly ProfileRow[]): void {
  for (const { part, milliseconds, sharePercent, operators } of rows) {
    const longest = Object.entries(operators)
      .slice(0, 5)
      .map(([operator, time]) => `${operator} ${time}`);
    process.stdout.write(
      `${part.padEnd(18)} ${String(milliseconds).padStart(6)} ms ${String(sharePercent).padStart(5)} %   ${longest.join(', ')}\n`,
    );
  }
}

async function updateMilliseconds(setup: TrainingSetup, threads: number): Promise<number> {
  const { batchSize, levels, crop, lr } = setup.options;
  const engine = await createEngine(setup, threads);
  const pixels = new Uint8Array(cropCount({ photographs: batchSize, levels }) * crop * crop * 3);
  const times: number[] = [];
  for (let step = 1; step <= warmUpCalls + measuredCalls; step++) {
    await engine.accumulate(pixels, 0, 1);
    const started = performance.now();
    await engine.update({ step, learningRate: lr });
    times.push(performance.now() - started);
  }
  await engine.close();
  return median(times.slice(warmUpCalls));
}

const products: ReadonlySet<string> = new Set(['Conv', 'com.microsoft.nchwc.Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

/** The part of every node by the name of its first output. A product of the backward pass that no other waits for is a weight's gradient. */
function partsOf(graph: Graph): Map<string, GradientPart> {
  const forward = new Set(neededParts(graph, [graph.outputs.get('loss')!]).nodes);
  const parts = new Map<string, GradientPart>();
  const feedsProducts = new Set<Value>();
  for (const node of [...graph.nodes].reverse()) {
    const isProduct = products.has(node.operator);
    const feeds = node.outputs.some((output) => feedsProducts.has(output));
    const backward = isProduct ? (feeds ? 'input gradients' : 'weight gradients') : 'element-wise';
    const names = [...node.outputs.map(({ name }) => name), ...outputNamesOf(graph, node)];
    for (const name of names) parts.set(name, forward.has(node) ? 'forward' : backward);
    if (isProduct || feeds) for (const input of node.inputs) if (input) feedsProducts.add(input);
  }
  return parts;
}

function outputNamesOf(graph: Graph, node: Node): string[] {
  return [...graph.outputs].filter(([, value]) => value.producer === node).map(([name]) => name);
}
