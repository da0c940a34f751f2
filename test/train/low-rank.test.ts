/** Changes of low rank on every family with attention: their gradients follow from those of the weights, and merged weights compute the same. */
import { expect, test } from 'vitest';
import { encoderPrefix } from '#antonym/backbones/backbone.js';
import { seededPrompts } from '#antonym/prompts/seeded-prompts.js';
import type { NamedTensors } from '#antonym/tensors/tensor-data.js';
import { openMeasuredModel } from '#antonym/train/engines/measured-model.js';
import { openOnnxRuntimeEngine } from '#antonym/train/engines/onnxruntime.js';
import { buildLossGraph } from '#antonym/train/graphs/gradients-graph.js';
import { gradientName, initialTensors, lowRankPrefix, scoringTensors } from '#antonym/train/graphs/state.js';
import { mergeLowRank } from '#antonym/train/low-rank.js';
import { distance, norm, numbers } from '../backbones/golden/golden-step.js';
import { headOf } from '../heads/head-of.js';
import { compileGradients } from './engines/compile-gradients.js';
import { batch, crops, optionsFor, reducedModels, shallowFamilies, side, step } from './engines/reduced-models.js';

const lowRank = { rank: 2, alpha: 4 };
const { resnet: _, ...withAttention } = shallowFamilies;
const families = { clip: reducedModels['clip-vit']!, ...withAttention };

/** M N^T of a matrix [rows, inner], whose rows begin at one, and a matrix [columns, inner]. */
function timesTransposed(m: readonly number[], start: number, rows: number, n: readonly number[], inner: number): number[] {
  const columns = n.length / inner;
  return Array.from({ length: rows * columns }, (_, index) => {
    const [row, column] = [start + Math.floor(index / columns), index % columns];
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += m[row * inner + k]! * n[column * inner + k]!;
    return sum;
  });
}

test.each(Object.entries(families))('%s is trained by changes of its queries and keys, and exported as their sum', async (_, family) => {
  const head = headOf(seededPrompts(1, 3, family.embedding));
  const isFrozen = (name: string): boolean => name.startsWith(encoderPrefix);
  const [layout, margins] = [
    { photographs: 1, levels: 2 },
    { marginConsistency: 2.5e-3, marginRank: 0.0675 },
  ];
  const backbone = { ...family, isFrozen };
  const changed = buildLossGraph({ backbone, head, lowRank }, layout, side, margins);
  const whole = buildLossGraph({ backbone: { ...family, isFrozen: () => false }, head }, layout, side, margins);
  const state = initialTensors(changed.parameters.specs.values(), 1);
  const feeds: NamedTensors = { ...state, crops: { dataType: 'uint8', shape: [crops, side, side, 3], data: batch('low-rank') } };
  const [found, expected] = [await (await compileGradients(changed))(feeds), await (await compileGradients(whole))(feeds)];

  // W + s B A with B = 0: dL/dB = s dL/dW A^T
  const ups = Object.keys(state).filter((name) => name.startsWith(lowRankPrefix) && name.endsWith('.up'));
  expect(ups.length).toBeGreaterThanOrEqual(2);
  for (const name of ups) {
    const [, weight, which] = /^lora\.(.*)\.(query|key)\.up$/.exec(name)!;
    const [rows, inputs] = [state[name]!.shape[0]!, state[weight!]!.shape[1]!];
    const isJoined = state[weight!]!.shape[0] !== rows;
    const gradient = numbers(expected[`next.${gradientName(weight!)}`]);
    const down = numbers(state[name.replace(/up$/, 'down')]);
    const product = timesTransposed(gradient, isJoined && which === 'key' ? rows : 0, rows, down, inputs);
    const scaled = product.map((value) => (lowRank.alpha / lowRank.rank) * value);
    const own = numbers(found[`next.${gradientName(name)}`]);
    expect(norm(scaled), name).toBeGreaterThan(0);
    expect(norm(own.map((value, index) => value - scaled[index]!)), name).toBeLessThan(1e-4 * norm(scaled) + 1e-9);
  }

  const engine = await openOnnxRuntimeEngine(optionsFor(backbone, { model: { backbone, head, lowRank }, averageDecay: 0 }));
  try {
    await step(engine, 1);
    const after = await engine.readState();
    for (const name of ups) expect(norm(numbers(after[name])), name).toBeGreaterThan(0);
    const merged = mergeLowRank(scoringTensors(Object.entries(after)), lowRank);
    expect(Object.keys(merged).filter((name) => name.startsWith(lowRankPrefix))).toEqual([]);
    const exported = await openMeasuredModel({ backbone, head }, side, merged);
    try {
      const pixels = batch('measured');
      const measured = Array.from(await engine.measure(pixels, crops));
      expect(distance(Array.from(await exported.measure(pixels, crops)), measured)).toBeLessThan(1e-5);
    } finally {
      await exported.close();
    }
  } finally {
    await engine.close();
  }
});
