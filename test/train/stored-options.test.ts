import { describe, expect, test } from 'vitest';
import { createRun } from '#antonym/runs/run-directory.js';
import { UserError } from '#antonym/support/errors.js';
import { resolveOptions, savedForm } from '#antonym/support/options/option-table.js';
import { trainOptions } from '#antonym/train/options.js';
import { beforeOptions, optionsOfRun } from '#antonym/train/stored-options.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

/** Those that the first runs had. An option that is not among them needs a value in `beforeOptions`: what runs without it did. */
const first = (
  'levels backbone data steps batchSize accumulate crop lr lrFloor warmupSteps weightDecay clipNorm marginConsistency marginRank ' +
  'maxDistortions heldOut evaluateEvery seed workers'
).split(' ');

const root = await temporaryFolder();
const given = resolveOptions(
  trainOptions,
  { flags: { backbone: 'clip-rn50', seed: '7', precision: 'mixed', recompute: 'on' } },
  { cores: 2 },
);

/** The options read from a new run that stores these. */
async function optionsOf(config: Record<string, unknown>): Promise<ReturnType<typeof optionsOfRun>> {
  const run = await createRun(root, { prefix: 'run' }, config, {});
  try {
    return optionsOfRun(run);
  } finally {
    await run.close();
  }
}

function without(...keys: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(savedForm(given)).filter(([key]) => !keys.includes(key)));
}

describe('the stored options of a run', () => {
  test('are those that it was started with', async () => {
    expect(await optionsOf(savedForm(given))).toEqual(given);
  });

  test('that are older than some options say what runs did then, whatever the presets are by now', async () => {
    const { values, origins } = await optionsOf(without('precision', 'recompute', 'batchNorm'));
    expect(values).toEqual({ ...given.values, precision: 'fp32', recompute: 'off', batchNorm: 'train' });
    expect(origins).toEqual({ ...given.origins, precision: 'default', recompute: 'default', batchNorm: 'default' });
  });

  test('of the first runs are enough', async () => {
    expect([...first, ...Object.keys(beforeOptions)].sort()).toEqual(Object.keys(trainOptions).sort());
    const { values } = await optionsOf(without(...Object.keys(beforeOptions)));
    expect(values).toEqual({ ...given.values, ...beforeOptions });
    for (const [key, value] of Object.entries(beforeOptions)) {
      expect(trainOptions[key as keyof typeof trainOptions].kind.schema.safeParse(value).success, key).toBe(true);
    }
  });

  test('that lack what every run has, or have what nobody knows, are refused', async () => {
    const refused = async (config: Record<string, unknown>): Promise<string> => {
      const error = await optionsOf(config).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(UserError);
      return (error as UserError).message;
    };
    const advice =
      'another version of this program wrote it, or it was edited. Use the version and commit that environment.json beside it names';
    expect(await refused(without('lr', 'steps'))).toContain(`config.json has no steps, lr: ${advice}`);
    expect(await refused({ ...savedForm(given), magic: 1, depth: 2 })).toContain(
      `config.json has magic, depth, which this version of the program does not know: ${advice}`,
    );
    expect(await refused({ ...savedForm(given), precision: 'fp8' })).toContain(
      'config.json must be one of fp32, mixed, but received "fp8"',
    );
  });
});
