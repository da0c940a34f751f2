/** Mixed precision on the processor, which rounds as a GPU does: gradients beside those of float32, and the loss scale. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Engine, EngineOptions, UpdateResult } from '#antonym/train/engines/engine.js';
import { createOnnxRuntimeEngine } from '#antonym/train/engines/onnxruntime.js';
import { batch, expectSameGradients, optionsFor, reducedModels, shallowFamilies, shallowModels, step } from './reduced-models.js';

const learningRate = 1e-3;
const allModels: typeof reducedModels = { ...shallowModels, ...shallowFamilies };

describe('mixed precision', () => {
  const engines: Engine[] = [];

  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.close();
  });

  async function made(name: string, further: Partial<EngineOptions>, models = allModels): Promise<Engine> {
    const engine = await createOnnxRuntimeEngine(optionsFor(models[name]!, further));
    engines.push(engine);
    return engine;
  }

  const mixed = (initial: number, growthInterval = 2000): Partial<EngineOptions> => ({
    precision: 'mixed',
    lossScale: { initial, growthInterval },
  });

  async function oneStep(engine: Engine, number: number): Promise<UpdateResult> {
    await engine.accumulate(batch(`crops.${number}`), 0, 1);
    return engine.update({ step: number, learningRate });
  }

  // A result is rounded by up to 2^-11, .0005; some forty roundings in a row, there and back, make a few thousandths. A ReLU whose input changes its
  // sign on the way changes gradients by far more: with this seed, none that counts does.
  test.each([
    ['clip-vit', 3, 0.006],
    ['clip-rn50, frozen statistics', 9, 0.03],
  ])('%s: gradients are those of float32, but for rounding', async (name, seed, tolerance) => {
    const reference = await made(name, { seed }, reducedModels);
    const other = await made(name, { seed, ...mixed(256) }, reducedModels);
    expect(other.notice).toMatch(/The processor has no kernels of half precision/);
    const [expected, found] = [await step(reference, 1, 1), await step(other, 1, 1)];
    for (const [index, loss] of expected.entries()) expect(Math.abs(found[index]! - loss)).toBeLessThan(1e-3);
    const state = await other.readState();
    for (const key of Object.keys(state)) if (key.startsWith('loss_scale.')) delete (state as Record<string, unknown>)[key];
    expectSameGradients(await reference.readState(), state, tolerance);
  });

  test.each(Object.keys(allModels))('%s: training follows that in float32', async (name) => {
    const [reference, other] = [await made(name, {}), await made(name, mixed(256))];
    for (let number = 1; number <= 4; number++) {
      const [expected, found] = [await step(reference, number, 1), await step(other, number, 1)];
      expect(Math.abs(found[0]! / expected[0]! - 1), `step ${number}`).toBeLessThan(0.03);
    }
  });

  test('skips a step that overflows, leaves everything as it was, and continues with half the scale', async () => {
    const [other, small] = [await made('clip-vit', mixed(2 ** 30)), await made('clip-vit', mixed(2 ** 8))];
    const before = await other.readState();
    let number = 1;
    for (; ; number++) {
      const { gradientNorm, lossScale } = await oneStep(other, 1);
      expect(lossScale).toMatchObject({ scale: 2 ** (31 - number), isSkipped: !Number.isFinite(gradientNorm) });
      if (!lossScale!.isSkipped) break;
      expect(lossScale!.skippedSteps).toBe(number);
      if (number > 1) continue;
      const { 'loss_scale.value': scale, 'loss_scale.skipped': skipped, ...after } = await other.readState();
      expect([scale!.data[0], skipped!.data[0]]).toEqual([2 ** 29, 1]);
      for (const [name, tensor] of Object.entries(after)) expect(tensor, name).toEqual(before[name]);
    }
    expect(number).toBeGreaterThan(3);
    // the update that was made in the end is the first for AdamW, and independent of the scale but for numbers too small for half precision
    await oneStep(small, 1);
    const [found, expected] = [await other.readState(), await small.readState()];
    const own = (state: typeof found) => Object.fromEntries(Object.entries(state).filter(([name]) => !name.startsWith('loss_scale.')));
    expectSameGradients(own(expected), own(found), 2e-3);
  });

  test('grows after good steps, and resumes from a saved state as if nothing had happened', async () => {
    const options = mixed(2 ** 24, 2);
    const whole = await made('clip-vit', options);
    const scales: number[] = [];
    let middle: Awaited<ReturnType<Engine['readState']>> = {};
    for (let number = 1; number <= 12; number++) {
      if (number === 7) middle = await whole.readState();
      scales.push((await oneStep(whole, number)).lossScale!.scale);
    }
    expect(scales.some((scale, index) => scale > (scales[index - 1] ?? scale))).toBe(true);
    expect(scales.some((scale, index) => scale < (scales[index - 1] ?? scale))).toBe(true);
    const resumed = await made('clip-vit', options);
    await resumed.writeState(middle);
    for (let number = 7; number <= 12; number++) expect((await oneStep(resumed, number)).lossScale!.scale).toBe(scales[number - 1]);
    expect(await resumed.readState()).toEqual(await whole.readState());
  });

  test('says that training has diverged where no scale makes the gradient finite', async () => {
    const engine = await made('clip-vit', mixed(2 ** -12));
    const { 'visual.proj': projection, ...state } = await engine.readState();
    await engine.writeState({
      ...state,
      'visual.proj': { ...projection!, data: new Float32Array(projection!.data.length).fill(Number.NaN) },
    });
    expect((await oneStep(engine, 1)).lossScale).toMatchObject({ isSkipped: true });
    expect((await oneStep(engine, 2)).lossScale).toMatchObject({ isSkipped: false, skippedSteps: 2 });
  });
});
