/** The graph of the shipped model with the output `degradations` beside the score, whose nodes stay as they are. */
import { Graph } from '#antonym/graph/graph.js';
import { addModel } from '#antonym/graph/reading/add-model.js';
import { type OnnxModel, readOnnxModel } from '#antonym/graph/reading/onnx-model.js';
import type { Value } from '#antonym/graph/value.js';
import { degradationsOutput } from '#antonym/heads/degradation-groups.js';
import { defectCues } from './defect-cues.js';
import type { DefectFeatures } from './defect-features.js';
import { type DegradationProbe, degradationsOf } from './degradation-probe.js';

/** The places where the graph is tapped: the first convolution's input is the pixels, that of the subtraction of their mean the features. */
const [firstWeight, featuresMean] = ['visual.mobilenet.Conv1.weight', 'visual.features.mean'];

/** @returns the graph from `image`, as the model takes it, to `features` [N, features + cues]: those of the score, then the cues of defects. */
export async function featuresGraph(path: string): Promise<Graph> {
  const { graph, features } = tap(await readOnnxModel(path), []);
  graph.output('features', features);
  return graph;
}

/** The model with all outputs that it has, and the degradations. */
export async function withDegradations(path: string, features: DefectFeatures, probe: DegradationProbe): Promise<Graph> {
  const model = await readOnnxModel(path);
  const kept = model.outputs.map(({ name }) => name).filter((name) => name !== degradationsOutput);
  const { graph, features: rows } = tap(model, kept);
  graph.output(degradationsOutput, degradationsOf(graph, features.graph(graph, rows), probe));
  return graph;
}

function tap(model: OnnxModel, kept: readonly string[]): { graph: Graph; features: Value } {
  const inputOf = (constant: string): string => model.nodes.find(({ inputs }) => inputs[1] === constant)!.inputs[0]!;
  const graph = new Graph();
  const image = graph.input('image', 'uint8', ['batch', 'height', 'width', 3]);
  const [pixels, features, ...outputs] = addModel(graph, model, [inputOf(firstWeight), inputOf(featuresMean), ...kept], {
    inputs: new Map([['image', image]]),
    // names that the graph gives itself are not kept
    bind: (name, tensor) => graph.constant(tensor, /^constant_/.test(name) ? undefined : name),
  }) as [Value, Value, ...Value[]];
  for (const [index, name] of kept.entries()) graph.output(name, outputs[index]!);
  return { graph, features: graph.add('Concat', [features, ...defectCues(graph, pixels)], { axis: 1 }) };
}
