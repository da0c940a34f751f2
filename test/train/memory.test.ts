import { describe, expect, test } from 'vitest';
import { configureBackbone } from '#antonym/backbones/configure-backbone.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import { seededPrompts } from '#antonym/prompts/seeded-prompts.js';
import { resolveOptions } from '#antonym/support/options/option-table.js';
import { describeMemory, estimateMemory, fittingBatch, type MemorySetup } from '#antonym/train/memory.js';
import { trainOptions } from '#antonym/train/options.js';
import { headOf } from '../heads/head-of.js';

function setupOf(flags: Record<string, string>): MemorySetup {
  const { values } = resolveOptions(trainOptions, { flags }, { cores: 2 });
  const backbone = configureBackbone(findBackbone(values.backbone), values);
  return { options: values, model: { backbone, head: headOf(seededPrompts(1, 7, backbone.embedding)) }, data: { heldOutPairs: 62 } };
}

describe('the memory of a training', () => {
  test('grows with crops, their size, and a moving average of the weights', () => {
    const needed = (flags: Record<string, string>): number => estimateMemory(setupOf({ backbone: 'clip-rn50', ...flags }));
    const standard = needed({});
    expect(needed({ batchSize: '4' })).toBeGreaterThan(standard * 1.2);
    expect(needed({ crop: '320' })).toBeGreaterThan(standard * 1.3);
    const weights = 38_212_448 * 4;
    expect(needed({ ema: '0.999' }) - standard).toBeGreaterThan(1.9 * weights);
    expect(needed({ freeze: 'stem,layer1,layer2' })).toBeLessThan(standard * 0.85);
  });

  test('that is not there is a warning, with a smaller batch that fits and trains on as many photographs', () => {
    const setup = setupOf({ backbone: 'clip-rn50', batchSize: '8', accumulate: '1' });
    const whole = estimateMemory(setup);
    expect(describeMemory(setup, whole)).toMatch(/^needs about [\d.]+ GiB of memory, [\d.]+ GiB are available$/);
    const smaller = fittingBatch(setup, whole - 1)!;
    expect(smaller).toEqual({ batchSize: 4, accumulate: 2 });
    expect(describeMemory(setup, whole - 1)).toMatch(/^warning: needs about .*; use --batch-size 4 --accumulate 2: /);
    const half = estimateMemory({ ...setup, options: { ...setup.options, ...smaller } });
    expect(half).toBeLessThan(whole);
    expect(fittingBatch(setup, half - 1)).toEqual({ batchSize: 2, accumulate: 4 });
    expect(fittingBatch(setup, 2 ** 20)).toBeUndefined();
    expect(describeMemory(setup, 2 ** 20)).toMatch(/^warning: .*use --recompute on, a smaller --crop/);
  });

  test('is less in half precision, where there is any', () => {
    const needed = (flags: Record<string, string>): number => estimateMemory(setupOf({ backbone: 'clip-vit-b-32', ...flags }));
    const whole = needed({});
    expect(needed({ precision: 'mixed', device: 'webgpu' })).toBeLessThan(whole * 0.95);
    expect(needed({ precision: 'mixed' })).toBeGreaterThanOrEqual(whole);
    const rounded = setupOf({ backbone: 'clip-tiny', precision: 'mixed' });
    expect(describeMemory(rounded, 2 ** 20)).toMatch(/; use a smaller --crop/);
  });
});
