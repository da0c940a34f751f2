/** The features that degradations are fitted to: the embedding, the cues of defects, and random functions of the cues. */
import type { Graph } from '#antonym/graph/graph.js';
import type { Value } from '#antonym/graph/value.js';
import { randomStream } from '#antonym/support/random.js';
import { floatTensor } from '#antonym/tensors/tensor-data.js';
import { seed } from './recipe.js';
import { largestDeviation, type Standardization, standardizationOf, standardize } from './ridge.js';

/** Random functions: more did not help photographs that were left out. */
const units = 768;
/** Weight of a feature beside one of the network. */
const gains = { cue: 8, random: 5 } as const;

/** Where an embedding has what. */
export interface EmbeddingParts {
  /** Size of the embedding. */
  readonly size: number;
  /** Its cues of sharpness and tone: the first and the one after the last. */
  readonly cues: readonly [first: number, end: number];
  /** True for a feature of the network that is a deviation over the image: means say more of what a picture shows. */
  isDeviation(feature: number): boolean;
}

/**
 * Features of an image: the embedding e, the standardized cues c, and tanh(W (e's cues, c) + b) with random W and b: a ridge regression on
 * them is not linear in the cues (Rahimi and Recht 2008, "Weighted sums of random kitchen sinks"), and is solved in closed form all the same.
 */
export class DefectFeatures {
  private readonly standardization: Standardization;
  /** [inputs, units] */
  private readonly weights: Float32Array;
  /** [units] */
  private readonly bias: Float32Array;

  /** @param rows of many images: the embedding, then the cues of defects as they are */
  constructor(
    private readonly parts: EmbeddingParts,
    rows: readonly Float32Array[],
  ) {
    this.standardization = standardizationOf(rows.map((row) => row.subarray(parts.size)));
    const inputs = parts.cues[1] - parts.cues[0] + this.standardization.mean.length;
    const { normal, between } = randomStream(seed, 'why', 'random features');
    this.weights = Float32Array.from({ length: inputs * units }, () => normal() / Math.sqrt(inputs));
    this.bias = Float32Array.from({ length: units }, () => between(-1, 1));
  }

  /** @param row as given to the constructor */
  of(row: Float32Array): Float32Array {
    const { parts, standardization } = this;
    const embedding = row.subarray(0, parts.size);
    const cues = standardize(row.subarray(parts.size), standardization, new Float64Array(standardization.mean.length).fill(1));
    const sums = Float64Array.from(this.bias);
    for (const [index, value] of [...embedding.subarray(...parts.cues), ...cues].entries())
      for (let unit = 0; unit < units; unit++) sums[unit]! += value * this.weights[index * units + unit]!;
    return Float32Array.from([...embedding, ...cues, ...sums.map(Math.tanh)]);
  }

  /** The weight of a feature; 0: it is left out. */
  gainOf(feature: number): number {
    const { size, cues, isDeviation } = this.parts;
    if (feature >= size + this.standardization.mean.length) return gains.random;
    if (feature >= size || (feature >= cues[0] && feature < cues[1])) return gains.cue;
    return isDeviation(feature) ? 1 : 0;
  }

  /** The same in a graph. @param embedding [N, size] @param cues [N, cues], as they are @returns [N, features] */
  graph(graph: Graph, embedding: Value, cues: Value): Value {
    const { mean, deviation } = this.standardization;
    const row = (values: Float64Array, name: string): Value =>
      graph.constant(floatTensor([1, values.length], Float32Array.from(values)), `degradations.${name}`);
    const scaled = graph.add('Div', [graph.add('Sub', [cues, row(mean, 'mean')]), row(deviation, 'deviation')]);
    const standardized = graph.add('Clip', [
      scaled,
      graph.numbers('float32', -largestDeviation),
      graph.numbers('float32', largestDeviation),
    ]);
    const [first, end] = this.parts.cues;
    const own = graph.add('Slice', [embedding, graph.integers(first), graph.integers(end), graph.integers(1)]);
    const inputs = graph.add('Concat', [own, standardized], { axis: 1 });
    const weights = graph.constant(floatTensor([this.weights.length / units, units], this.weights), 'degradations.random.weight');
    const bias = graph.constant(floatTensor([units], this.bias), 'degradations.random.bias');
    const random = graph.add('Tanh', [graph.add('Add', [graph.add('MatMul', [inputs, weights]), bias])]);
    return graph.add('Concat', [embedding, standardized, random], { axis: 1 });
  }
}
