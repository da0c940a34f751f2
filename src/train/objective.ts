/** The source that training learns from, as its options say. */
import type { Objective } from './graphs/opinion-graph.js';
import { noOpinions } from './options/opinion-options.js';
import type { TrainOptions } from './options.js';
import { rankedLayout } from './ranked-crops.js';

export function objectiveOf(options: TrainOptions): Objective {
  const { opinion, opinionLoss, batchSize, accumulate } = options;
  return {
    layout: rankedLayout(options),
    losses: options,
    ...(opinion !== noOpinions && { opinionLoss, wholeUpdate: batchSize * accumulate }),
  };
}
