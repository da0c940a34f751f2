/** Antonym prompts made of images, for encoders without text: what pristine crops look like to the encoder, and what degraded ones do. */

import type { Backbone } from '../backbones/backbone.js';
import { Parameters } from '../backbones/parameters.js';
import { distortions } from '../degrade/distortions/table.js';
import { Graph } from '../graph/graph.js';
import { encodeOnnx } from '../graph/onnx-file.js';
import { cropsPerLevel } from '../losses/levels.js';
import type { DegradedPair } from '../pairs/pair.js';
import type { Prompts } from '../prompts/prompts.js';
import { SessionThread } from '../runtime/sessions/session-thread.js';
import { resultsAhead } from '../support/results-ahead.js';
import { floatTensor, type NamedTensors, type TensorData } from '../tensors/tensor-data.js';
import type { TrainingData } from './data/training-data.js';
import { embeddingOf } from './graphs/model.js';
import { initialTensors } from './graphs/state.js';

/** Pairs of the training sequence that are embedded: each group of distortions is in about a third of them. */
const sampledPairs = 96;
/** Pairs embedded in one call: with statistics of the batch, they are of this many. */
const together = 16;

/** The images of a training run and its encoder, before training. */
export interface PrototypeSource {
  readonly backbone: Backbone;
  /** Weights that were read; the others are drawn from the seed. */
  readonly parameters: NamedTensors;
  readonly data: Pick<TrainingData, 'open'>;
  readonly options: { readonly seed: number; readonly crop: number; readonly levels: number };
}

/**
 * One pair for each group of distortions: the mean of unit embeddings of pristine crops, and that of the same crops at the strongest level of
 * compositions with a distortion of the group, both made unit vectors. The crops are the first of those that are trained on.
 * @returns features [groups, 2, embedding]
 */
export async function prototypesOf({ backbone, parameters, data, options }: PrototypeSource): Promise<Prompts> {
  const { seed, crop, levels } = options;
  const graph = new Graph();
  const declared = new Parameters(graph, 'inputs');
  const crops = graph.input('crops', 'uint8', ['batch', crop, crop, 3]);
  const embedding = embeddingOf(graph, declared, crops, { backbone }, backbone.trainNormalization);
  const squares = graph.add('ReduceSumSquare', [embedding, graph.integers(1)]);
  graph.output('unit', graph.add('Div', [embedding, graph.add('Sqrt', [graph.add('Add', [squares, 1e-12])])]));
  const drawn = initialTensors(
    [...declared.specs.values()].filter(({ name }) => !parameters[name]),
    seed,
  );
  const feed = data.open();
  const thread = new SessionThread();
  try {
    await thread.load('embed', encodeOnnx(graph));
    for (const [name, tensor] of Object.entries({ ...drawn, ...parameters })) await thread.writeState({ [name]: tensor });
    const means = new GroupMeans(backbone.embedding);
    const sequence = feed.training();
    const indexes = Array.from({ length: sampledPairs }, (_, index) => index);
    let batch: DegradedPair[] = [];
    for await (const pair of resultsAhead(indexes, together, (index) => sequence.pair(index))) {
      if (pair === undefined) break;
      batch.push(pair);
      if (batch.length < together) continue;
      const { unit } = await thread.run('embed', { crops: endsOf(batch, crop, levels) });
      means.add(batch, unit!.data as Float32Array);
      batch = [];
    }
    return means.prompts();
  } finally {
    await thread.close();
    await feed.close();
  }
}

/** The pristine crops of each pair, then those at its strongest level: [pairs x 2 x 2, crop, crop, 3]. */
function endsOf(pairs: readonly DegradedPair[], crop: number, levels: number): TensorData {
  const bytes = cropsPerLevel * crop * crop * 3;
  const data = new Uint8Array(pairs.length * 2 * bytes);
  for (const [index, { pixels }] of pairs.entries()) {
    data.set(pixels.subarray(0, bytes), index * 2 * bytes);
    data.set(pixels.subarray(levels * bytes, (levels + 1) * bytes), (index * 2 + 1) * bytes);
  }
  return { dataType: 'uint8', shape: [pairs.length * 2 * cropsPerLevel, crop, crop, 3], data };
}

/** Sums of unit embeddings by group of distortions, [pristine, degraded]. */
class GroupMeans {
  private readonly sums = new Map<string, readonly [Float64Array, Float64Array]>();

  constructor(private readonly size: number) {}

  /** @param unit embeddings of `endsOf` */
  add(pairs: readonly DegradedPair[], unit: Float32Array): void {
    const { size } = this;
    for (const [index, { record }] of pairs.entries()) {
      const groups = new Set(record.composition.distortions.map(({ name }) => distortions[name].group));
      for (const group of groups) {
        const sums = this.sums.get(group) ?? ([new Float64Array(size), new Float64Array(size)] as const);
        this.sums.set(group, sums);
        for (const [side, sum] of sums.entries())
          for (let at = 0; at < cropsPerLevel * size; at++) sum[at % size]! += unit[(index * 2 + side) * cropsPerLevel * size + at]!;
      }
    }
  }

  prompts(): Prompts {
    const groups = [...this.sums.keys()].sort();
    const features = groups.flatMap((group) =>
      this.sums.get(group)!.flatMap((sum) => {
        const norm = Math.hypot(...sum);
        return Array.from(sum, (value) => value / norm);
      }),
    );
    return {
      features: floatTensor([groups.length, 2, this.size], features),
      description: `${groups.length} pairs of prototypes: mean embeddings of pristine crops and of strongly degraded ones (${groups.join(', ')})`,
    };
  }
}
