import { describe, expect, test } from 'vitest';
import { findBackbone } from '#antonym/backbones/registry.js';
import { peakMemory } from '#antonym/graph/peak-memory.js';
import { lowerGradients } from '#antonym/lowering/lower-gradients.js';
import { seededPrompts } from '#antonym/prompts/seeded-prompts.js';
import { cropsAtOnce, measuringMemory } from '#antonym/train/graphs/crops-at-once.js';
import { buildGradientsGraph, buildLossGraph } from '#antonym/train/graphs/gradients-graph.js';
import type { ModelDefinition } from '#antonym/train/graphs/model.js';
import { headOf } from '../../heads/head-of.js';

function modelOf(name: string): ModelDefinition {
  const backbone = findBackbone(name);
  return { backbone, head: headOf(seededPrompts(1, 7, backbone.embedding)) };
}

describe('the crops that are measured in one call', () => {
  test('take about 256 MiB, so fewer of them where they are larger', () => {
    const model = modelOf('clip-rn50');
    const counts = [224, 448, 1024].map((side) => cropsAtOnce(model, side));
    expect(counts).toEqual([...counts].sort((a, b) => b - a));
    expect(counts.at(-1)).toBe(1);
    expect(measuringMemory(model, 224, counts[0]!)).toBeGreaterThan(200 * 2 ** 20);
    expect(measuringMemory(model, 224, counts[0]!)).toBeLessThan(270 * 2 ** 20);
    expect(cropsAtOnce(modelOf('clip-tiny'), 64)).toBe(96);
  });

  test.each([
    'clip-rn50',
    'clip-rn101',
    'clip-vit-b-32',
    'clip-vit-b-16',
    'clip-vit-l-14',
  ])('%s: need less than its smallest step', (name) => {
    const model = modelOf(name);
    const losses = buildLossGraph(model, { photographs: 1, levels: 2 }, 224, { marginConsistency: 0.0025, marginRank: 0.0675 });
    expect(measuringMemory(model, 224, cropsAtOnce(model, 224))).toBeLessThan(
      peakMemory(lowerGradients(buildGradientsGraph(losses), 'cpu')),
    );
  });
});
