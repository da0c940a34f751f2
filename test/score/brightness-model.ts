/** An exported model whose scores are known without it: the mean of the pixels. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ModelDescription, parseModelDescription } from '#antonym/export/model-description.js';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import type { Value } from '#antonym/graph/value.js';
import { onnxDataTypes } from '#antonym/tensors/onnx-data-types.js';

const percentiles = { p5: 0.1, p25: 0.2, p50: 0.3, p75: 0.4, p95: 0.5 };
export const brightnessDescription: ModelDescription = {
  format: 'antonym-model-1',
  method: 'none',
  backbone: 'none',
  prompts: 'none',
  scale: 1,
  score: { range: [0, 1], direction: 'higher is better' },
  size: { minimumSide: 8, recommendedSide: 8 },
  largeImages: { policy: 'tiles', maximumPixels: 4096 },
  scorePercentiles: [{ level: 0, ...percentiles }],
  evaluation: { srcc: 0, ordered: 0.5, perDistortion: {} },
  data: { name: 'none', images: 0, heldOut: 0 },
  training: { step: 0, steps: 0, seed: 0, levels: 1, crop: 8 },
  version: '0.0.0',
};

/** score = mean(pixels) * factor / 255. @returns the path of its model.onnx */
export function saveBrightnessModel(folder: string, factor = 1): Promise<string> {
  return saveModel(folder, (graph, pixels) => {
    const mean = graph.add('ReduceMean', [pixels, graph.integers(1, 2, 3)], { keepdims: 0 });
    return graph.add('Mul', [mean, factor / 255]);
  });
}

/** @param scoreOf score, [batch], of float32 pixels, [batch, height, width, 3]. @returns the path of its model.onnx */
export async function saveModel(folder: string, scoreOf: (graph: Graph, pixels: Value) => Value): Promise<string> {
  const graph = new Graph();
  const image = graph.input('image', 'uint8', ['batch', 'height', 'width', 3]);
  graph.output('score', scoreOf(graph, graph.add('Cast', [image], { to: onnxDataTypes.float32 })));
  await mkdir(folder, { recursive: true });
  const json = JSON.stringify(brightnessDescription);
  await writeFile(join(folder, 'model.json'), json);
  parseModelDescription(json, 'model.json');
  await writeFile(join(folder, 'model.onnx'), encodeOnnx(graph));
  return join(folder, 'model.onnx');
}
