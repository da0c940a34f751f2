/** A model with random weights as an exported file, made by a process of its own: what scoring takes of memory begins with the file. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Parameters } from '#antonym/backbones/parameters.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import { buildScoringModel } from '#antonym/export/scoring-model.js';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { promptHead } from '#antonym/heads/prompt-head.js';
import { seededPrompts } from '#antonym/prompts/seeded-prompts.js';
import { measurementOf } from '#antonym/train/graphs/model.js';
import { initialTensors } from '#antonym/train/graphs/state.js';

/** @returns the path of the file, in `folder` */
export async function randomModelFile(backbone: string, folder: string): Promise<string> {
  findBackbone(backbone);
  const path = join(folder, 'model.onnx');
  await promisify(execFile)(process.execPath, [fileURLToPath(import.meta.url), backbone, path]);
  return path;
}

function randomModel(name: string): Uint8Array {
  const backbone = findBackbone(name);
  const model = { backbone, head: promptHead({ features: seededPrompts(1, 7, backbone.embedding), description: 'seeded' }) };
  const graph = new Graph();
  const parameters = new Parameters(graph, 'inputs');
  measurementOf(graph, parameters, graph.input('image', 'uint8', ['batch', 'height', 'width', 3]), model, 'running');
  return encodeOnnx(buildScoringModel(model, initialTensors(parameters.specs.values(), 1), 10).graph);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(process.argv[3]!, randomModel(process.argv[2]!));
