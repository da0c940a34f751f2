/** Heads of tests, and what they are made of. */
import { Parameters } from '#antonym/backbones/parameters.js';
import { Graph } from '#antonym/graph/graph.js';
import type { Head } from '#antonym/heads/head.js';
import { promptHead } from '#antonym/heads/prompt-head.js';
import type { TensorData } from '#antonym/tensors/tensor-data.js';
import { initialTensors } from '#antonym/train/graphs/state.js';

/** @param features unit vectors [pairs, 2, D] */
export function headOf(features: TensorData): Head {
  return promptHead({ features, description: 'given features' });
}

/**
 * The parameters and buffers that a head starts with, by name.
 * @param size of the embedding
 */
export function tensorsOf(head: Head, size: number): Record<string, TensorData> {
  const graph = new Graph();
  const parameters = new Parameters(graph, 'inputs');
  head.measure(graph, parameters, graph.input('embedding', 'float32', ['batch', size]));
  return initialTensors(parameters.specs.values(), 1);
}
