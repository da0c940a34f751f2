/** The batches of a training, of pairs or of rated images: those of this process step by step, and any of them again. */
import { type Batch, batches, makeBatch } from '../pairs/batches.js';
import type { OwnParts } from '../peers/peers.js';
import type { RunFolder } from '../runs/run-directory.js';
import type { DivergedBatch } from './divergence.js';
import { pairsPreview, withPreview } from './first-preview.js';
import type { RatedPart } from './graphs/opinion-graph.js';
import { makeOpinionBatch, type OpinionBatch, opinionBatches } from './opinion/opinion-batches.js';
import { opinionPreview } from './opinion/opinion-preview.js';
import { ratedParts } from './opinion/rated-parts.js';
import { rankedCrops } from './ranked-crops.js';
import type { TrainingSession } from './training-session.js';

/** A part of a step that the engine computes at once. */
export interface StepPart {
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly rated?: RatedPart;
}

interface Source<Taken extends DivergedBatch> {
  readonly made: AsyncGenerator<Taken>;
  /** The parts of a step for the engine. @param next takes the next batch that was made */
  parts(next: () => Promise<Taken>): AsyncGenerator<StepPart>;
  again(number: number): Promise<DivergedBatch>;
}

class SourcedBatches<Taken extends DivergedBatch> {
  /** Milliseconds that the step under way waited for its batches. */
  waited = 0;
  private taken: Taken[] = [];

  constructor(
    private readonly source: Source<Taken>,
    private readonly own: OwnParts,
  ) {}

  /** Begins the next step: its parts of this process. */
  parts(): AsyncGenerator<StepPart> {
    this.waited = 0;
    this.taken = [];
    return this.source.parts(async () => {
      const asked = performance.now();
      const { value } = await this.source.made.next();
      this.waited += performance.now() - asked;
      this.taken.push(value);
      return value;
    });
  }

  /** The batches of all processes for the step under way, from 1: those of others are made again. */
  all(step: number): Promise<DivergedBatch[]> {
    const { first, of } = this.own;
    const make = async (part: number): Promise<DivergedBatch> => this.taken[part - first] ?? this.source.again((step - 1) * of + part);
    return Promise.all(Array.from({ length: of }, (_, part) => make(part)));
  }
}

export type StepBatches = SourcedBatches<Batch> | SourcedBatches<OpinionBatch>;

/**
 * @param done steps
 * @param run the folder that gets a picture of the first batch of all; undefined: none does
 */
export function stepBatches(
  { setup, feed, engine }: Pick<TrainingSession, 'setup' | 'feed' | 'engine'>,
  own: OwnParts,
  done: number,
  run: RunFolder | undefined,
  onSkip: (image: string, reason: string) => void,
): StepBatches {
  const { options, opinions, peers } = setup;
  const { batchSize, crop, levels, seed } = options;
  const wanted = { batchSize, firstStep: done * own.of, share: own };
  const begin = done === 0 ? run : undefined;
  if (opinions) {
    const source: Source<OpinionBatch> = {
      made: withPreview(opinionBatches(opinions, { seed, crop, ...wanted }), begin, (first) => opinionPreview(first, crop)),
      async *parts(next) {
        yield* await ratedParts(peers, engine, own, next);
      },
      again: (number) => makeOpinionBatch(opinions, options, number),
    };
    return new SourcedBatches(source, own);
  }
  const sequence = feed.training((image, reason) => onSkip(image.id, reason));
  const source: Source<Batch> = {
    made: withPreview(batches(sequence, wanted), begin, (first) => pairsPreview(first, levels)),
    async *parts(next) {
      for (let part = 0; part < own.count; part++) yield { pixels: rankedCrops((await next()).pixels, options) };
    },
    again: (number) => makeBatch(sequence, batchSize, number),
  };
  return new SourcedBatches(source, own);
}
