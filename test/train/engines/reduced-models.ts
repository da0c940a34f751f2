/** Small instances of every kind of model, and a comparison of two engines that train them. */
import { expect } from 'vitest';
import type { Backbone } from '#antonym/backbones/backbone.js';
import { clipResNet } from '#antonym/backbones/clip/clip-resnet.js';
import { clipVisionTransformer } from '#antonym/backbones/clip/clip-vision-transformer.js';
import { dinoV2Options } from '#antonym/backbones/dinov2/dinov2.js';
import { dinoV3Options } from '#antonym/backbones/dinov3/dinov3.js';
import { peCoreOptions } from '#antonym/backbones/pe-core/pe-core.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import { residualNetwork } from '#antonym/backbones/resnet/residual-network.js';
import { sigLip2Options } from '#antonym/backbones/siglip2/siglip2.js';
import { transformerArchitecture } from '#antonym/backbones/transformer-architecture.js';
import { cropCount } from '#antonym/losses/levels.js';
import { seededPrompts } from '#antonym/prompts/seeded-prompts.js';
import type { NamedTensors } from '#antonym/tensors/tensor-data.js';
import type { Engine, EngineOptions, Losses } from '#antonym/train/engines/engine.js';
import { firstMomentName } from '#antonym/train/graphs/state.js';
import { gradientError, norm, numbers, statedPixels } from '../../backbones/golden/golden-step.js';
import { headOf } from '../../heads/head-of.js';

const embedding = 12;
export const side = 32;
const layout = { photographs: 1, levels: 2 };
export const crops = cropCount(layout);

function resNet(trainNormalization: 'batch' | 'running', blocks: readonly [number, number, number, number]): Backbone {
  const options = { width: 4, blocks, heads: 4, embedding, positionsFor: side } as const;
  return { ...findBackbone('clip-rn50'), embedding, trainNormalization, embed: (context, pixels) => clipResNet(context, pixels, options) };
}

const transformer: Backbone = {
  ...findBackbone('clip-vit-b-32'),
  embedding,
  embed: (context, pixels) =>
    clipVisionTransformer(context, pixels, { patch: 8, side, width: 16, layers: 2, heads: 2, embedding, activation: 'quick-gelu' }),
};

export const reducedModels: Readonly<Record<string, Backbone>> = {
  'clip-tiny, statistics of the batch': resNet('batch', [1, 1, 1, 1]),
  'clip-rn50, frozen statistics': resNet('running', [1, 2, 1, 1]),
  'clip-vit': transformer,
};

/** The same with residual networks of two stages, which have every operator of four: for devices that compile kernels for every shape. */
export const shallowModels: typeof reducedModels = {
  'clip-tiny, statistics of the batch': resNet('batch', [1, 1, 0, 0]),
  'clip-rn50, frozen statistics': resNet('running', [1, 1, 0, 0]),
  'clip-vit': transformer,
};

/** One of each further family: what they have in common with CLIP's is trained with those above. @param layers of transformers */
export function families(layers: number): Readonly<Record<string, Backbone>> {
  const sizes = { width: 16, layers, heads: 2 } as const;
  return {
    resnet: {
      ...findBackbone('resnet50'),
      embedding: 16,
      embed: (context, pixels) => residualNetwork(context, pixels, { width: 2, blocks: [1, 1, 0, 0] }),
    },
    dinov2: { ...findBackbone('dinov2-s14-reg'), ...transformerArchitecture(dinoV2Options(4, sizes, 56)) },
    dinov3: {
      ...findBackbone('dinov3-s16plus'),
      ...transformerArchitecture(dinoV3Options({ ...sizes, hidden: 32, activation: 'swiglu' })),
    },
    siglip2: { ...findBackbone('siglip2-b16-224'), ...transformerArchitecture(sigLip2Options(sizes, 64)) },
    'pe-core': {
      ...findBackbone('pe-core-b16-224'),
      ...transformerArchitecture(peCoreOptions({ ...sizes, patch: 16, side: 64, embedding })),
    },
  };
}

export const reducedFamilies = families(2);

/** The same with one layer, which has every operator of two. */
export const shallowFamilies = families(1);

export function optionsFor(backbone: Backbone, further: Partial<EngineOptions> = {}): EngineOptions {
  return {
    model: { backbone, head: headOf(seededPrompts(1, 3, backbone.embedding)) },
    layout,
    crop: side,
    losses: { marginConsistency: 2.5e-3, marginRank: 0.0675 },
    optimizer: { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.01, clipNorm: 1 },
    averageDecay: 0.5,
    seed: 3,
    threads: 1,
    ...further,
  };
}

/** Pixels of a batch. */
export function batch(name: string): Uint8Array {
  return statedPixels(name, crops, side, side).data as Uint8Array;
}

/** A step of two batches, or of one. @param batchNumber which batches @returns the losses of all */
export async function step(engine: Engine, number: number, parts = 2, batchNumber = number): Promise<number[]> {
  const losses: Losses[] = [];
  for (const [part, name] of ['crops', 'more'].slice(0, parts).entries()) {
    losses.push(await engine.accumulate(batch(`${name}.${batchNumber}`), part, parts));
  }
  await engine.update({ step: number, learningRate: 1e-3 });
  return losses.flatMap((own) => Object.values(own));
}

/**
 * Trains two engines of equal state side by side, the first step with two batches: losses, gradients and similarities of the first step agree, and later losses follow.
 * @param tolerance of gradients, relative, by tensor
 */
export async function compareEngines(reference: Engine, other: Engine, steps: number, tolerance: number): Promise<void> {
  for (let number = 1; number <= steps; number++) {
    const parts = number === 1 ? 2 : 1;
    const [expected, found] = [await step(reference, number, parts), await step(other, number, parts)];
    for (const [index, loss] of expected.entries()) {
      expect(loss, `loss ${index} of step ${number}`).toBeGreaterThan(0);
      expect(Math.abs(found[index]! / loss - 1), `loss ${index} of step ${number}`).toBeLessThan(number === 1 ? 1e-4 : 1e-2);
    }
    if (number === 1) expectSameGradients(await reference.readState(), await other.readState(), tolerance);
  }
  const pixels = batch('measured');
  const [expected, found] = [await reference.measure(pixels, crops), await other.measure(pixels, crops)];
  expect(found.length).toBe(expected.length);
  for (const [index, similarity] of expected.entries())
    expect(Math.abs(found[index]! - similarity)).toBeLessThan(steps === 1 ? 1e-4 : 1e-2);
}

/**
 * After the first step a first moment is the gradient, clipped, times 1 - beta1.
 * @param tolerance of each tensor, relative to its norm
 * @param least the share of the norm of all that counts as the norm of smaller tensors
 */
export function expectSameGradients(reference: NamedTensors, other: NamedTensors, tolerance: number, least = 1e-6): void {
  expect(Object.keys(other).sort()).toEqual(Object.keys(reference).sort());
  const prefix = firstMomentName('');
  const names = Object.keys(reference).filter((name) => name.startsWith(prefix));
  const total = norm(names.map((name) => norm(numbers(reference[name]))));
  for (const name of names) {
    expect(gradientError(numbers(other[name]), numbers(reference[name]), total * (least / 1e-6)), name).toBeLessThan(tolerance);
  }
}
