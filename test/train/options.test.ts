import { describe, expect, test } from 'vitest';
import { UserError } from '#antonym/support/errors.js';
import { resolveOptions } from '#antonym/support/option-table.js';
import { checkTrainOptions, type TrainOptions, trainOptions } from '#antonym/train/options.js';

const resolve = (flags: Record<string, string>, cores = 2): TrainOptions => resolveOptions(trainOptions, { flags }, { cores }).values;

describe('options of training', () => {
  test('defaults obey their own bounds, on small and large machines and for short and long runs', () => {
    for (const cores of [1, 2, 192]) {
      for (const steps of ['1', '7', '10000000']) {
        const values = resolve({ steps, backbone: 'clip-rn50' }, cores);
        for (const [key, { kind }] of Object.entries(trainOptions)) {
          expect(kind.schema.safeParse(values[key as keyof TrainOptions]).success, key).toBe(true);
        }
        checkTrainOptions(values);
      }
    }
  });

  test.each([
    [{ levels: '1' }, '--levels must be a whole number from 2 to 20, but received 1'],
    [{ crop: '50' }, '--crop must be a multiple of 32 from 32 to 1024, but received 50'],
    [{ steps: '1.5' }, '--steps must be a whole number from 1 to 10000000, but received 1.5'],
    [{ stpes: '5' }, 'unknown option --stpes. Did you mean "steps"?'],
  ])('%j is refused', (flags, message) => {
    expect(() => resolve(flags as unknown as Record<string, string>)).toThrow(new UserError(message));
  });

  test('a warm-up longer than the run is refused', () => {
    expect(() => checkTrainOptions(resolve({ steps: '10', warmupSteps: '11' }))).toThrow(
      '--warmup-steps must be at most --steps, but received 11 of 10',
    );
  });

  test('only the number of workers may change when a run is resumed', () => {
    const free = Object.entries(trainOptions).filter(([, option]) => !option.changesResult);
    expect(free.map(([key]) => key)).toEqual(['workers']);
  });
});
