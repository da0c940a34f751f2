/** Antonym prompts as the features that the prompt head compares images with. */
import type { Backbone } from '../backbones/backbone.js';
import { type ParameterSpec, Parameters } from '../backbones/parameters.js';
import { Graph } from '../graph/graph.js';
import { encodeOnnx } from '../graph/onnx-file.js';
import { SessionThread } from '../runtime/sessions/session-thread.js';
import type { NamedTensors } from '../tensors/tensor-data.js';
import { floatTensor, type TensorData } from '../tensors/tensor-data.js';
import { textTowers } from './text-towers.js';

/**
 * @param tokens int64 [2 pairs, context]: the positive prompt of each pair, then the negative one
 * @param backbone one that was trained together with a text encoder
 * @param read the tensors of the text encoder, by the names and shapes that it asks for
 * @returns unit vectors, float32 [pairs, 2, embedding]
 */
export async function encodePrompts(
  tokens: TensorData,
  { name, textEncoder, embedding }: Pick<Backbone, 'name' | 'textEncoder' | 'embedding'>,
  read: (specs: Iterable<ParameterSpec>) => Promise<NamedTensors>,
): Promise<TensorData> {
  if (!textEncoder) throw new Error(`the backbone ${name} has no text encoder`);
  const graph = new Graph();
  const parameters = new Parameters(graph, 'inputs');
  const features = textTowers[textEncoder.tower].embed({ graph, parameters }, tokens, textEncoder, embedding);
  const length = graph.add('Sqrt', [graph.add('ReduceSumSquare', [features, graph.integers(1)])]);
  graph.output('features', graph.add('Div', [features, length]));
  const thread = new SessionThread();
  try {
    await thread.load('text', encodeOnnx(graph));
    const results = await thread.run('text', await read(parameters.specs.values()));
    return floatTensor([tokens.shape[0]! / 2, 2, embedding], results.features!.data as Float32Array);
  } finally {
    await thread.close();
  }
}
