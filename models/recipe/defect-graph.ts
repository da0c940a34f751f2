/** The graph of the shipped model with the output `degradations` beside the score, whose nodes stay as they are. */
import { Graph } from '#antonym/graph/graph.js';
import { addModel } from '#antonym/graph/reading/add-model.js';
import { type OnnxModel, readOnnxModel } from '#antonym/graph/reading/onnx-model.js';
import type { Value } from '#antonym/graph/value.js';
import { degradationsOutput } from '#antonym/heads/degradation-groups.js';
import { type DegradationProbe, degradationsOf } from '#antonym/heads/degradation-probe.js';
import { defectCues } from './defect-cues.js';
import type { DefectFeatures, EmbeddingParts } from './defect-features.js';

/** The places where the graph is tapped: the first convolution's input is the pixels, that of the regression the embedding. */
const [firstWeight, lastWeight] = ['visual.mobilenet.Conv1.weight', 'regression.weight'];
/** Features of blocks 3, 6 and 10 at full and half size, in the order of the embedding: means of as many channels, then as many deviations. */
const channels = [144, 192, 384, 144, 192, 384] as const;

/** @returns the graph from `image`, as the model takes it, to `features` [N, embedding + cues]: the embedding, then the cues as they are. */
export async function featuresGraph(path: string): Promise<{ graph: Graph; parts: EmbeddingParts }> {
  const { graph, embedding, cues } = tap(await readOnnxModel(path), []);
  graph.output('features', graph.add('Concat', [embedding, cues], { axis: 1 }));
  const deviations = new Set<number>();
  let end = 0;
  for (const count of channels) {
    for (let index = 0; index < count; index++) deviations.add(end + count + index);
    end += 2 * count;
  }
  const size = embedding.shape[1] as number;
  // after the cues the embedding has the sharpness cue once more
  return { graph, parts: { size, cues: [end, size - 1], isDeviation: (feature) => deviations.has(feature) } };
}

/** The model with all outputs that it has, and the degradations. */
export async function withDegradations(path: string, features: DefectFeatures, probe: DegradationProbe): Promise<Graph> {
  const model = await readOnnxModel(path);
  const kept = model.outputs.map(({ name }) => name).filter((name) => name !== degradationsOutput);
  const { graph, embedding, cues } = tap(model, kept);
  graph.output(degradationsOutput, degradationsOf(graph, features.graph(graph, embedding, cues), probe));
  return graph;
}

function tap(model: OnnxModel, kept: readonly string[]): { graph: Graph; embedding: Value; cues: Value } {
  const inputOf = (weight: string): string => model.nodes.find(({ inputs }) => inputs[1] === weight)!.inputs[0]!;
  const graph = new Graph();
  const image = graph.input('image', 'uint8', ['batch', 'height', 'width', 3]);
  const [pixels, embedding, ...outputs] = addModel(graph, model, [inputOf(firstWeight), inputOf(lastWeight), ...kept], {
    inputs: new Map([['image', image]]),
    // names that the graph gives itself are not kept
    bind: (name, tensor) => graph.constant(tensor, /^constant_/.test(name) ? undefined : name),
  }) as [Value, Value, ...Value[]];
  for (const [index, name] of kept.entries()) graph.output(name, outputs[index]!);
  return { graph, embedding, cues: graph.add('Concat', defectCues(graph, pixels), { axis: 1 }) };
}
