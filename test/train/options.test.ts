import { describe, expect, test } from 'vitest';
import type { PresetValues } from '#antonym/backbones/preset.js';
import { backboneNames, findBackbone } from '#antonym/backbones/registry.js';
import { UserError } from '#antonym/support/errors.js';
import { parseSavedForm, resolveOptions, resumeOptions, savedForm } from '#antonym/support/options/option-table.js';
import { checkTrainOptions, isOtherSplit, type TrainOptions, trainOptions } from '#antonym/train/options.js';
import { presetOf } from '#antonym/train/presets.js';

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
    [{ levels: '1' }, '--levels must be a whole number from 2 to 20, but received 1.'],
    [{ crop: '51' }, '--crop must be a multiple of 2 from 32 to 1024, but received 51.'],
    [{ steps: '1.5' }, '--steps must be a whole number from 1 to 10000000, but received 1.5.'],
    [{ stpes: '5' }, 'Unknown option --stpes. Did you mean "steps"?'],
  ])('%j is refused', (flags, message) => {
    expect(() => resolve(flags as unknown as Record<string, string>)).toThrow(new UserError(message));
  });

  test('presets replace the defaults of backbones with published weights, and anything given replaces them', () => {
    const of = (flags: Record<string, string>) => resolveOptions(trainOptions, { flags }, { cores: 2 });
    for (const backbone of backboneNames()) {
      const { values, origins } = of({ backbone });
      const preset = presetOf(backbone);
      expect(preset !== undefined, backbone).toBe(findBackbone(backbone).pretrained === 'required');
      for (const [key, { value, reason }] of Object.entries(preset?.values ?? {})) {
        const { kind, default: standard, preset: own } = trainOptions[key as keyof PresetValues];
        expect(kind.schema.safeParse(value).success, key).toBe(true);
        expect(reason.length).toBeGreaterThan(10);
        expect(own.text).toContain(String(value));
        expect(values[key as keyof PresetValues]).toBe(value);
        expect(value).not.toBe(standard);
        expect(origins[key as keyof PresetValues]).toBe('preset');
      }
    }
    const given = of({ backbone: 'clip-rn50', lr: '3e-6', crop: '64' });
    expect([given.values.lr, given.values.crop, given.values.batchSize]).toEqual([3e-6, 64, 2]);
    expect([given.origins.lr, given.origins.crop, given.origins.batchSize]).toEqual(['flag', 'flag', 'preset']);
    expect(of({}).origins.lr).toBe('default');
    expect(parseSavedForm(trainOptions, savedForm(given), 'config.json')).toEqual(given);
  });

  test.each([
    [{ head: 'mlp', prompts: 'learnable' }, '--prompts are for a head that compares with them: the head mlp has none. Leave them out.'],
    [{ loraRank: '8' }, '--lora-rank is for --tune lora, but received --tune whole.'],
    [{ tune: 'head', loraAlpha: '2' }, '--lora-alpha is for --tune lora, but received --tune head.'],
  ])('%j changes nothing, hence is refused', (flags, message) => {
    expect(() => checkTrainOptions(resolve(flags as unknown as Record<string, string>))).toThrow(new UserError(message));
  });

  test('a warm-up longer than the run is refused', () => {
    expect(() => checkTrainOptions(resolve({ steps: '10', warmupSteps: '11' }))).toThrow(
      '--warmup-steps must be at most --steps, but received 11 of 10.',
    );
  });

  test('a run resumes with its updates in other parts, but not with other updates', () => {
    const saved = resolveOptions(trainOptions, { flags: { batchSize: '12', accumulate: '2' } }, { cores: 2 });
    const resumed = (flags: Record<string, string>) => resumeOptions(trainOptions, saved, { flags }, isOtherSplit).values;
    expect(resumed({ batchSize: '4', accumulate: '6' })).toEqual({ ...saved.values, batchSize: 4, accumulate: 6 });
    expect(() => resumed({ batchSize: '4' })).toThrow('received --batch-size 4 (the run has 12)');
    expect(() => resumed({ batchSize: '4', accumulate: '6', crop: '64' })).toThrow('received --crop 64 (the run has 96)');
  });

  test('only where and how a step is computed, where rated images lie, and what an export has beside the score may change when a run is resumed', () => {
    const free = Object.entries(trainOptions).filter(([, option]) => !option.changesResult);
    expect(new Set(free.map(([key]) => key))).toEqual(
      new Set(['images', 'recompute', 'engine', 'device', 'providerOptions', 'graphCapture', 'workers', 'degradations']),
    );
  });
});
