/** An option of training: unlike those of other commands it is stored with a run, so it has a reason and says whether a result depends on it. */
import type { DerivedDefault, Option, OptionTable } from '../../support/options/option-table.js';

/** The facts that derived defaults and presets follow from. */
export interface DefaultInputs {
  readonly backbone: string;
  readonly steps: number;
  /** Processors of this machine. */
  readonly cores: number;
}

export type NumberDefault = DerivedDefault<number, DefaultInputs>;

type TrainOption<T> = Option<T, DefaultInputs> & Required<Pick<Option<T, DefaultInputs>, 'default' | 'reason' | 'changesResult'>>;

/** A group of options of training. */
export type TrainOptionGroup = OptionTable & Record<string, TrainOption<number> | TrainOption<string> | TrainOption<number | 'auto'>>;
