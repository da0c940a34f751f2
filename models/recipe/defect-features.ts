/** The features that degradations are fitted to: those of the score, the cues of defects, and random functions of all cues. */
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

/**
 * Features of an image: its standardized features x, of which c are cues, and tanh(W c + b) with random W and b: a ridge regression on them is
 * not linear in the cues (Rahimi and Recht 2008, "Weighted sums of random kitchen sinks"), and is solved in closed form all the same. They do
 * not depend on how the score was fitted.
 */
export class DefectFeatures {
  private readonly standardization: Standardization;
  /** [cues, units] */
  private readonly weights: Float32Array;
  /** [units] */
  private readonly bias: Float32Array;

  /**
   * @param networkFeatures the number of features before the cues
   * @param rows of many images, as they are
   */
  constructor(
    private readonly networkFeatures: number,
    rows: readonly Float32Array[],
  ) {
    this.standardization = standardizationOf(rows);
    const cues = this.standardization.mean.length - networkFeatures;
    const { normal, between } = randomStream(seed, 'why', 'random features');
    this.weights = Float32Array.from({ length: cues * units }, () => normal() / Math.sqrt(cues));
    this.bias = Float32Array.from({ length: units }, () => between(-1, 1));
  }

  /** @param row as given to the constructor */
  of(row: Float32Array): Float32Array {
    const standardized = standardize(row, this.standardization, new Float64Array(row.length).fill(1));
    const sums = Float64Array.from(this.bias);
    for (const [index, value] of standardized.subarray(this.networkFeatures).entries())
      for (let unit = 0; unit < units; unit++) sums[unit]! += value * this.weights[index * units + unit]!;
    return Float32Array.from([...standardized, ...sums.map(Math.tanh)]);
  }

  /** The weight of a feature. */
  gainOf(feature: number): number {
    if (feature >= this.standardization.mean.length) return gains.random;
    return feature >= this.networkFeatures ? gains.cue : 1;
  }

  /** The same in a graph. @param rows [N, as given to the constructor] @returns [N, features] */
  graph(graph: Graph, rows: Value): Value {
    const { mean, deviation } = this.standardization;
    const row = (values: Float64Array, name: string): Value =>
      graph.constant(floatTensor([1, values.length], Float32Array.from(values)), `degradations.${name}`);
    const scaled = graph.add('Div', [graph.add('Sub', [rows, row(mean, 'mean')]), row(deviation, 'deviation')]);
    const standardized = graph.add('Clip', [
      scaled,
      graph.numbers('float32', -largestDeviation),
      graph.numbers('float32', largestDeviation),
    ]);
    const range = [this.networkFeatures, mean.length, 1].map((value) => graph.integers(value));
    const cues = graph.add('Slice', [standardized, ...range]);
    const weights = graph.constant(floatTensor([this.weights.length / units, units], this.weights), 'degradations.random.weight');
    const bias = graph.constant(floatTensor([units], this.bias), 'degradations.random.bias');
    const random = graph.add('Tanh', [graph.add('Add', [graph.add('MatMul', [cues, weights]), bias])]);
    return graph.add('Concat', [standardized, random], { axis: 1 });
  }
}
