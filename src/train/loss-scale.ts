/**
 * The factor of the loss that keeps gradients in the range of half precision, found while training: PyTorch's GradScaler, with its defaults.
 *
 * A step whose gradient is not finite is skipped and halves the scale; `growthInterval` good steps in a row double it.
 */
import type { NamedTensors, TensorData } from '../tensors/tensor-data.js';

export interface LossScaleOptions {
  readonly initial: number;
  /** Good steps in a row after which the scale doubles. */
  readonly growthInterval: number;
}

export const defaultLossScale: LossScaleOptions = { initial: 2 ** 16, growthInterval: 2000 };

/** A scale this small does not help: gradients are infinite or NaN for another reason. Near where fairseq gives up (1e-4). */
const smallestScale = 2 ** -13;

/** Names of this part of the training state in checkpoints. */
const stateNames = { scale: 'loss_scale.value', goodSteps: 'loss_scale.good_steps', skipped: 'loss_scale.skipped' } as const;

export class LossScale {
  private value: number;
  private goodSteps = 0;
  private skippedSteps = 0;

  constructor(private readonly options: LossScaleOptions = defaultLossScale) {
    this.value = options.initial;
  }

  /** Factor of the next step's loss. */
  get scale(): number {
    return this.value;
  }

  /** Steps without an update, since training began. */
  get skipped(): number {
    return this.skippedSteps;
  }

  /**
   * After a step.
   * @param isGood whether its gradient is finite
   * @returns false when it is not and no smaller scale is left to try: the training has diverged
   */
  update(isGood: boolean): boolean {
    if (isGood) {
      this.goodSteps++;
      if (this.goodSteps < this.options.growthInterval) return true;
      this.goodSteps = 0;
      this.value *= 2;
      return true;
    }
    this.goodSteps = 0;
    this.skippedSteps++;
    this.value /= 2;
    return this.value >= smallestScale;
  }

  readState(): NamedTensors {
    const scalar = (value: number): TensorData => ({ dataType: 'float64', shape: [], data: Float64Array.of(value) });
    return {
      [stateNames.scale]: scalar(this.value),
      [stateNames.goodSteps]: scalar(this.goodSteps),
      [stateNames.skipped]: scalar(this.skippedSteps),
    };
  }

  /** Takes its own tensors out of a state. @returns the others */
  writeState(tensors: NamedTensors): NamedTensors {
    const { [stateNames.scale]: scale, [stateNames.goodSteps]: good, [stateNames.skipped]: skipped, ...others } = tensors;
    if (scale) this.value = Number(scale.data[0]);
    if (good) this.goodSteps = Number(good.data[0]);
    if (skipped) this.skippedSteps = Number(skipped.data[0]);
    return others;
  }
}

/** True when a tensor of a checkpoint belongs to the loss scale, not to the model. */
export function isLossScale(name: string): boolean {
  return (Object.values(stateNames) as string[]).includes(name);
}
