/** A model that scores but was never trained: what commands do with a model can be tested without making one. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Parameters } from '#antonym/backbones/parameters.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import type { ModelDescription } from '#antonym/export/model-description.js';
import { buildScoringModel } from '#antonym/export/scoring-model.js';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { degradationGroups, degradationsOutput } from '#antonym/heads/degradation-groups.js';
import { seededPrompts } from '#antonym/prompts/seeded-prompts.js';
import { type DegradationProbe, degradationsOf } from '#antonym/recipe/degradation-probe.js';
import { randomStream } from '#antonym/support/random.js';
import { measurementOf } from '#antonym/train/graphs/model.js';
import { initialTensors } from '#antonym/train/graphs/state.js';
import { headOf } from '../heads/head-of.js';
import { brightnessDescription } from '../score/brightness-model.js';

const description: ModelDescription = {
  ...brightnessDescription,
  method: 'none: random weights',
  backbone: 'clip-tiny',
  prompts: 'seeded',
  scale: 10,
  size: { minimumSide: 32, recommendedSide: 32 },
  largeImages: { policy: 'tiles', maximumPixels: 1_000_000 },
  scorePercentiles: [],
  training: { step: 0, steps: 0, seed: 1, levels: 2, crop: 32 },
};

/** What `writeRandomModel` makes of it tells nothing, but something of every image: groups are reported from 0 on. */
export const randomDegradations: NonNullable<ModelDescription['degradations']> = {
  output: degradationsOutput,
  groups: [...degradationGroups],
  thresholds: degradationGroups.map(() => 1e-6),
  measured: {
    photographs: 1,
    pristine: { crops: 1, falseAlarms: 1 },
    single: { from: 0.6, crops: 0, recognized: 0, confusion: degradationGroups.map(() => [0, 0, 0, 0, 0, 0, 0, 0]) },
  },
};

/** A regression for each group. */
function randomProbe(features: number): DegradationProbe {
  const targets = degradationGroups.length;
  const { normal } = randomStream(1, 'probe');
  const weights = Float64Array.from({ length: features * targets }, () => 0.1 * normal());
  return { map: { features, targets, weights, bias: new Float64Array(targets) }, members: degradationGroups.map(() => 1) };
}

/**
 * Writes model.onnx and model.json of seeded random weights into a folder.
 * @param changes of the description; with `degradations` the file has that output, too
 */
export async function writeRandomModel(folder: string, changes: Partial<ModelDescription> = {}): Promise<void> {
  const backbone = findBackbone('clip-tiny');
  const model = { backbone, head: headOf(seededPrompts(1, 7, backbone.embedding)) };
  const graph = new Graph();
  const parameters = new Parameters(graph, 'inputs');
  measurementOf(graph, parameters, graph.input('image', 'uint8', ['batch', 'height', 'width', 3]), model, 'running');
  const scoring = buildScoringModel(model, initialTensors(parameters.specs.values(), 1), description.scale);
  const degradations = changes.degradations;
  if (degradations)
    scoring.graph.output(degradations.output, degradationsOf(scoring.graph, scoring.embedding, randomProbe(backbone.embedding)));
  const onnx = encodeOnnx(scoring.graph);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'model.onnx'), onnx);
  await writeFile(join(folder, 'model.json'), JSON.stringify({ ...description, ...changes }));
}
