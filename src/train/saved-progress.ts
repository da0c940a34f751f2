/**
 * The part of a training that is on disk: its last checkpoint and the best one. Both state the best, so that a resumed run does not forget
 * it.
 */
import type { Checkpoint } from '../runs/checkpoint.js';
import type { NamedTensors } from '../tensors/tensor-data.js';
import { type BestCheckpoint, bestOf } from './best-checkpoint.js';
import { bestMetric } from './evaluation.js';
import { opinionsKey } from './opinion/opinion-set.js';
import { bestAgreement } from './opinion/validation.js';
import type { RunRecord } from './run-record.js';
import type { LoopEvaluation } from './training-events.js';
import type { TrainingSession } from './training-session.js';
import { originName } from './weights-origin.js';

/** In the metadata of a checkpoint whose evaluation is still to be made. */
const unevaluated = 'unevaluated';

export class SavedProgress {
  /** The step of the last checkpoint; 0 when there is none. */
  step: number;
  best: BestCheckpoint | undefined;
  /** True when the checkpoint that the training resumes from is still to be evaluated. */
  readonly isUnevaluated: boolean;
  private readonly criterion: typeof bestMetric | typeof bestAgreement;
  private readonly metadata: Readonly<Record<string, string>>;

  constructor(
    private readonly record: RunRecord,
    { setup, checkpoint }: Pick<TrainingSession, 'setup' | 'checkpoint'>,
  ) {
    const { data, model, opinions, start } = setup;
    this.step = checkpoint?.step ?? 0;
    this.best = checkpoint && bestOf(checkpoint);
    this.isUnevaluated = checkpoint?.metadata[unevaluated] !== undefined;
    this.criterion = opinions ? bestAgreement : bestMetric;
    this.metadata = {
      data: data.fingerprint,
      ...(start.origin && { [originName]: JSON.stringify(start.origin) }),
      ...(opinions && { [opinionsKey]: opinions.name }),
      ...model.head.metadata,
    };
  }

  async saveLast(step: number, state: NamedTensors, { isEvaluated = true } = {}): Promise<void> {
    await this.record.saveLast(this.checkpointOf(step, state, isEvaluated ? {} : { [unevaluated]: 'true' }));
    this.step = step;
  }

  async saveIfBest(step: number, state: NamedTensors, evaluation: LoopEvaluation): Promise<void> {
    const value = evaluation[this.criterion.name]!;
    if (this.best !== undefined && value <= this.best.value) return;
    this.best = { step, value };
    await this.record.saveBest(this.checkpointOf(step, state));
  }

  private checkpointOf(step: number, state: NamedTensors, further: Readonly<Record<string, string>> = {}): Checkpoint {
    const best = this.best && { best: JSON.stringify({ ...this.criterion, ...this.best }) };
    return { step, tensors: new Map(Object.entries(state)), metadata: { ...this.metadata, ...further, ...best } };
  }
}
