/** A model that scores but was never trained: what commands do with a model can be tested without making one. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Parameters } from '#antonym/backbones/parameters.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import type { ModelDescription } from '#antonym/export/model-description.js';
import { buildScoringModel } from '#antonym/export/scoring-model.js';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { seededPrompts } from '#antonym/prompts/seeded-prompts.js';
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

/** Writes model.onnx and model.json of seeded random weights into a folder. */
export async function writeRandomModel(folder: string, changes: Partial<ModelDescription> = {}): Promise<void> {
  const backbone = findBackbone('clip-tiny');
  const model = { backbone, head: headOf(seededPrompts(1, 7, backbone.embedding)) };
  const graph = new Graph();
  const parameters = new Parameters(graph, 'inputs');
  measurementOf(graph, parameters, graph.input('image', 'uint8', ['batch', 'height', 'width', 3]), model, 'running');
  const onnx = encodeOnnx(buildScoringModel(model, initialTensors(parameters.specs.values(), 1), description.scale).graph);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'model.onnx'), onnx);
  await writeFile(join(folder, 'model.json'), JSON.stringify({ ...description, ...changes }));
}
