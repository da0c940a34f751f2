/** The exported graph: pixels of images in, scores out. */
import { Parameters } from '../backbones/parameters.js';
import { Graph } from '../graph/graph.js';
import type { Value } from '../graph/value.js';
import type { TensorData } from '../tensors/tensor-data.js';
import { embeddingOf, type ModelDefinition } from '../train/graphs/model.js';

export interface ScoringModel {
  readonly graph: Graph;
  /** The unnormalized embedding, [batch, embedding]: the encoder ends and the head begins here. */
  readonly embedding: Value;
}

/**
 * Input: `image` uint8 [batch, height, width, 3], RGB; of one size where the backbone takes no other. Outputs: `score` float32 [batch], 0..1, higher is better, and
 * the head's measurement, float32 [batch, ...measuredShape], by its own name.
 * @param tensors parameters and buffers by name
 * @param scale of the score
 * @param opinions that 0 and 1 of a head stand for which was trained with opinions: then `opinion` float32 [batch] is a further output
 * @param squashedTo side of the squares that images of other sizes become first, pixels; default: they are not changed
 */
export function buildScoringModel(
  model: ModelDefinition,
  tensors: Readonly<Record<string, TensorData>>,
  scale: number,
  squashedTo?: number,
  opinions?: readonly [worst: number, best: number],
): ScoringModel {
  const graph = new Graph();
  const fixedSide = squashedTo === undefined ? model.backbone.fixedSide : undefined;
  const image = graph.input('image', 'uint8', ['batch', fixedSide ?? 'height', fixedSide ?? 'width', 3]);
  const parameters = new Parameters(graph, tensors);
  const embedding = embeddingOf(graph, parameters, image, model, 'running', squashedTo);
  const measured = model.head.measure(graph, parameters, embedding);
  graph.output('score', model.head.score(graph, measured, scale));
  graph.output(model.head.outputName, measured);
  if (opinions) {
    const [worst, best] = opinions;
    const predicted = graph.add('Reshape', [measured, graph.integers(-1)]);
    graph.output('opinion', graph.add('Add', [graph.add('Mul', [predicted, best - worst]), worst]));
  }
  return { graph, embedding };
}
