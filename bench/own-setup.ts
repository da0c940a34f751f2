/** Training runs of benchmarks: the options of training with seeded random weights and prompts, on crops that are never looked at. */
import { availableParallelism } from 'node:os';
import { isOnnxFile } from '#antonym/backbones/preset.js';
import { resolveOptions } from '#antonym/support/options/option-table.js';
import { trainOptions } from '#antonym/train/options.js';
import { setUpTraining, type TrainingSetup } from '#antonym/train/training-setup.js';

/** Flags of the train command by key. */
export type SetupFlags = Readonly<Record<string, string>>;

export async function setupOf(flags: SetupFlags): Promise<TrainingSetup> {
  const weights = isOnnxFile(flags.backbone ?? '') ? 'own' : 'random';
  const given = { weights, prompts: 'seeded', accumulate: '1', ...flags };
  const { values } = resolveOptions(trainOptions, { flags: given }, { cores: availableParallelism() });
  return setUpTraining({ options: values });
}
