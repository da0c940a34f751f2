/** Mixed precision in WebGPU's own kernels of half precision beside float32 on the processor. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Engine } from '#antonym/train/engines/engine.js';
import { createOnnxRuntimeEngine } from '#antonym/train/engines/onnxruntime.js';
import { needsHalfPrecision, useHalfPrecision } from '../../runtime/half-precision-gpu.js';
import { batch, expectSameGradients, optionsFor, reducedModels, step } from './reduced-models.js';

/** Milliseconds: a model takes 20 seconds where the processor, which computes in place of a GPU, has nothing else to do. */
const timeout = 600_000;

describe.runIf(await useHalfPrecision())(`mixed precision with WebGPU ${needsHalfPrecision}`, () => {
  const engines: Engine[] = [];

  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.close();
  }, timeout);

  // as on the processor, and sums are rounded after every addition: gradients of scores, differences of nearly equal numbers, err by a tenth
  test.each([
    ['clip-vit', 3, 0.02],
    ['clip-rn50, frozen statistics', 9, 0.06],
  ])(
    '%s: a step that overflows is skipped, then gradients are those of float32, but for rounding',
    async (name, seed, tolerance) => {
      const backbone = reducedModels[name]!;
      const reference = await createOnnxRuntimeEngine(optionsFor(backbone, { seed }));
      engines.push(reference);
      const lossScale = { initial: 2 ** 24, growthInterval: 2000 };
      const other = await createOnnxRuntimeEngine(optionsFor(backbone, { seed, device: 'webgpu', precision: 'mixed', lossScale }));
      engines.push(other);
      expect(other.notice).toBeUndefined();

      const before = await other.readState();
      await other.accumulate(batch('crops.1'), 0, 1);
      const { gradientNorm, lossScale: skipped } = await other.update({ step: 1, learningRate: 1e-3 });
      expect(gradientNorm).not.toSatisfy(Number.isFinite);
      expect(skipped).toEqual({ scale: 2 ** 24, isSkipped: true, skippedSteps: 1 });
      const { 'loss_scale.value': value, 'loss_scale.good_steps': good, 'loss_scale.skipped': count, ...after } = await other.readState();
      expect([value!.data[0], good!.data[0], count!.data[0]]).toEqual([2 ** 23, 0, 1]);
      for (const [tensor, content] of Object.entries(after)) expect(content, tensor).toEqual(before[tensor]);

      await other.writeState({ 'loss_scale.value': { dataType: 'float64', shape: [], data: Float64Array.of(256) } });
      const [expected, found] = [await step(reference, 1, 1), await step(other, 2, 1, 1)];
      for (const [index, loss] of expected.entries()) expect(Math.abs(found[index]! - loss)).toBeLessThan(2e-3);
      const own = Object.entries(await other.readState()).filter(([tensor]) => !tensor.startsWith('loss_scale.'));
      expectSameGradients(await reference.readState(), Object.fromEntries(own), tolerance, 0.01);
      for (let number = 2; number <= 3; number++) {
        const [reached, followed] = [await step(reference, number, 1), await step(other, number + 1, 1, number)];
        expect(Math.abs(followed[0]! / reached[0]! - 1), `step ${number}`).toBeLessThan(0.03);
      }
    },
    timeout,
  );
});
