import { describe, expect, test } from 'vitest';
import { peakMemory } from '#antonym/graph/peak-memory.js';
import { seededPrompts } from '#antonym/prompts/seeded-prompts.js';
import { floatTensor, type TensorData } from '#antonym/tensors/tensor-data.js';
import { buildGradientsGraph, buildLossGraph } from '#antonym/train/graphs/gradients-graph.js';
import { initialTensors } from '#antonym/train/graphs/state.js';
import { norm, numbers, statedPixels } from '../backbones/golden/golden-step.js';
import { compile } from '../graph/run-graph.js';
import { headOf } from '../heads/head-of.js';
import { crops, families, reducedModels, side } from '../train/engines/reduced-models.js';

/** As deep as it takes for less memory; a residual network of that size does not gain. */
const { resnet: _, ...transformers } = families(4);

describe('the forward pass, computed once more', () => {
  test.each(
    Object.entries({ ...reducedModels, ...transformers }),
  )('of %s gives the same losses and gradients, in less memory', async (_, backbone) => {
    const model = { backbone, head: headOf(seededPrompts(1, 3, backbone.embedding)) };
    const losses = buildLossGraph(model, { photographs: 1, levels: 2 }, side, { marginConsistency: 2.5e-3, marginRank: 0.0675 });
    const plain = buildGradientsGraph(losses);
    const recomputing = buildGradientsGraph(losses, true);
    expect(peakMemory(recomputing)).toBeLessThan(peakMemory(plain));
    expect(recomputing.nodes.length).toBeGreaterThan(plain.nodes.length);
    expect([...recomputing.inputs.keys()]).toEqual([...plain.inputs.keys()]);
    expect([...recomputing.outputs.keys()]).toEqual([...plain.outputs.keys()]);
    const feeds: Record<string, TensorData> = {
      ...initialTensors(losses.parameters.specs.values(), 1),
      crops: statedPixels('recompute', crops, side, side),
    };
    for (const [name, { shape, data }] of Object.entries(feeds)) {
      // CLIP starts every bottleneck as its shortcut, with a scale of 0: here everything takes part
      if (/bn3\.weight$/.test(name)) feeds[name] = floatTensor(shape as number[], new Float32Array(data.length).fill(1));
    }
    const expected = await (await compile(plain))(feeds);
    const found = await (await compile(recomputing))(feeds);
    for (const [name, tensor] of Object.entries(expected)) {
      const [values, again] = [numbers(tensor), numbers(found[name])];
      expect(norm(values.map((value, index) => value - again[index]!)), name).toBeLessThanOrEqual(1e-5 * Math.max(norm(values), 1e-3));
    }
    expect(Number(expected.loss!.data[0])).toBeGreaterThan(0);
  });
});
