/** The exported graph: pixels of images in, scores out. */
import { Parameters } from '../backbones/parameters.js';
import { Graph } from '../graph/graph.js';
import { promptScore } from '../heads/prompt-head.js';
import type { TensorData } from '../runtime/tensor-data.js';
import { type ModelDefinition, similarityOf } from '../train/model.js';

/**
 * Input: `image` uint8 [batch, height, width, 3], RGB; of one size where the backbone takes no other. Outputs: `score` float32 [batch], 0..1, higher is better, and `similarity`
 * float32 [batch, pairs, 2], the cosine similarities to the positive and the negative prompt of each pair.
 * @param tensors parameters and buffers by name
 * @param scale softmax scale of the score
 */
export function buildScoringModel(model: ModelDefinition, tensors: Readonly<Record<string, TensorData>>, scale: number): Graph {
  const graph = new Graph();
  const { fixedSide } = model.backbone;
  const image = graph.input('image', 'uint8', ['batch', fixedSide ?? 'height', fixedSide ?? 'width', 3]);
  const similarity = similarityOf(graph, new Parameters(graph, tensors), image, model, 'running');
  graph.output('score', promptScore(graph, similarity, scale));
  graph.output('similarity', similarity);
  return graph;
}
