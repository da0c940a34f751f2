import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { configureBackbone } from '#antonym/backbones/configure-backbone.js';
import { openOnnxBackbone } from '#antonym/backbones/onnx-backbone.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import { pairCacheBytes } from '#antonym/pairs/pair-pool.js';
import { seededPrompts } from '#antonym/prompts/seeded-prompts.js';
import { flagOf, resolveOptions } from '#antonym/support/options/option-table.js';
import { describeMemory, estimateMemory, fittingBatch, type MemorySetup } from '#antonym/train/memory.js';
import { trainOptions } from '#antonym/train/options.js';
import { program } from '../commands/antonym.js';
import { headOf } from '../heads/head-of.js';
import { writePhotographs } from '../pairs/folder-of-photographs.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

function setupOf(flags: Record<string, string>, heldOutPairs = 62): MemorySetup {
  const { values } = resolveOptions(trainOptions, { flags }, { cores: 2 });
  const backbone = configureBackbone(findBackbone(values.backbone), values);
  return { options: values, model: { backbone, head: headOf(seededPrompts(1, 7, backbone.embedding)) }, data: { heldOutPairs } };
}

/** Prints the most memory that the process has held, KiB. */
const tellPeak = 'data:text/javascript,process.on("exit",()=>process.stderr.write("peak "+process.resourceUsage().maxRSS+" KiB\\n"))';

const folder = await temporaryFolder();

describe('the memory of a training', () => {
  test('is that of a real one within a quarter, but for the cache of photographs, which a few small ones do not fill', async () => {
    await writePhotographs(join(folder, 'photos'), 4, 0, [160, 130]);
    const flags = {
      crop: '96',
      batchSize: '16',
      levels: '3',
      steps: '1',
      heldOut: '1',
      distortion: 'jpeg',
      workers: '1',
      degradations: 'off',
    };
    const words = Object.entries(flags).flatMap(([key, value]) => [flagOf(key), value]);
    const command = ['--import', tellPeak, program, 'train', '--data', 'photos', ...words];
    const { stderr } = await promisify(execFile)(process.execPath, command, { cwd: folder });
    const peak = Number(/peak (\d+) KiB/.exec(stderr)?.[1]) * 1024;
    const estimated = estimateMemory(setupOf(flags, 1)) - pairCacheBytes;
    expect(peak / estimated).toBeGreaterThan(0.75);
    expect(peak / estimated).toBeLessThan(1.25);
  });

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
    const setup = setupOf({ backbone: 'clip-tiny', batchSize: '8', accumulate: '1' });
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

  test('that an encoder of a file certainly does not have is refused before a step', async () => {
    const file = join(import.meta.dirname, '../backbones/golden/onnx_resnet.onnx');
    const { values } = resolveOptions(trainOptions, { flags: { backbone: file, batchSize: '8', crop: '32' } }, { cores: 2 });
    const backbone = configureBackbone(
      await openOnnxBackbone(file, { output: 'auto', mean: [0, 0, 0], standardDeviation: [1, 1, 1] }),
      values,
    );
    const setup = {
      options: values,
      model: { backbone, head: headOf(seededPrompts(1, 7, backbone.embedding)) },
      data: { heldOutPairs: 2 },
    };
    const needed = estimateMemory(setup);
    expect(describeMemory(setup, needed)).toMatch(/^needs about/);
    expect(describeMemory(setup, needed - 1)).toMatch(/^warning: needs about/);
    expect(() => describeMemory(setup, needed / 2)).toThrow(
      /onnx_resnet\.onnx cannot be trained so: needs about [\d.]+ GiB of memory, [\d.]+ GiB are available; use .*\.$/,
    );
  });

  test('is less in half precision, where there is any', () => {
    const needed = (flags: Record<string, string>): number => estimateMemory(setupOf({ backbone: 'clip-vit-b-32', ...flags }));
    const whole = needed({});
    expect(needed({ precision: 'mixed', device: 'webgpu' })).toBeLessThan(needed({ device: 'webgpu' }) * 0.95);
    expect(needed({ precision: 'mixed' })).toBeGreaterThanOrEqual(whole);
    const rounded = setupOf({ backbone: 'clip-tiny', precision: 'mixed' });
    expect(describeMemory(rounded, 2 ** 20)).toMatch(/; use a smaller --crop/);
  });
});
