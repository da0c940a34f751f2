/** Events by which the training loop tells of its progress, and the result that it ends with. */
import type { BestCheckpoint } from './best-checkpoint.js';
import type { Evaluation } from './evaluation.js';
import type { OpinionAgreement } from './opinion/validation.js';

/** Events of a training run, for progress displays. */
export interface TrainingEvents {
  onStart(firstStep: number): void;
  onStep(report: StepReport): void;
  /** Number of held-out pairs (with opinions, of validation images) measured so far, and of all. */
  onMeasure?(step: number, done: number, total: number): void;
  onEvaluation(step: number, evaluation: LoopEvaluation): void;
  /** An image cannot be used. */
  onSkip(image: string, reason: string): void;
}

/** Order by severity; with opinions, agreement with those of the validation images too. */
export type LoopEvaluation = Evaluation & Partial<OpinionAgreement>;

export interface StepReport {
  /** Their sum. */
  readonly loss: number;
  readonly step: number;
  readonly gradientNorm: number;
  readonly imagesPerSecond: number;
}

export interface LoopResult {
  /** Steps done; fewer than planned after a stop. */
  readonly step: number;
  readonly best: BestCheckpoint | undefined;
  /** In mixed precision: steps without an update, since training began. */
  readonly skippedSteps?: number;
  /** The work that a stop left in its middle, since it takes too long to wait for: the engine is still at it. */
  readonly left?: 'step' | 'evaluation';
}
