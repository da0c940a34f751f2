/** The features that degradations are told from: statistics of an encoder's first maps, in the measured and in the exported model. */
import { expect, test } from 'vitest';
import { Parameters } from '#antonym/backbones/parameters.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import { featuresModel, featuresOf, watchMaps } from '#antonym/export/degradations/degradation-features.js';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { regressionHead } from '#antonym/heads/regression-head.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { floatTensor } from '#antonym/tensors/tensor-data.js';
import { embeddingOf } from '#antonym/train/graphs/model.js';

test('are the embedding, then mean and deviation of each channel', async () => {
  const graph = new Graph();
  const map = graph.input('map', 'float32', [2, 2, 'height', 'width']);
  graph.output('features', featuresOf(graph, graph.input('embedding', 'float32', [2, 1]), [map]));
  const thread = new SessionThread({ threads: 1 });
  try {
    await thread.load('features', encodeOnnx(graph));
    const maps = [
      [1, 2, 3, 6],
      [5, 5, 5, 5],
      [0, 0, 0, 4],
      [-1, 1, -1, 1],
    ];
    const feeds = { map: floatTensor([2, 2, 2, 2], maps.flat()), embedding: floatTensor([2, 1], [7, 8]) };
    const { features } = await thread.run('features', feeds);
    expect(features!.shape).toEqual([2, 5]);
    const [a, b] = [Math.sqrt(3.5), Math.sqrt(3)];
    const expected = [7, 3, 5, a, 0, 8, 1, 0, b, 1];
    for (const [index, value] of Array.from(features!.data as Float32Array).entries()) expect(value).toBeCloseTo(expected[index]!, 3);
  } finally {
    await thread.close();
  }
});

test.each([
  // first maps of a ModifiedResNet, of a ResNet, and a transformer, which has none
  ['clip-rn50', 1024 + 2 * (32 + 64 + 256)],
  ['resnet50', 2048 + 2 * (64 + 256)],
  ['clip-vit-b-32', 512],
])('of %s are %i numbers', (name, count) => {
  const backbone = findBackbone(name);
  const { head } = featuresModel({ backbone, head: regressionHead(backbone.embedding) }, 64);
  expect(head.measuredShape).toEqual([count]);
});

test('watching a backbone changes nothing of what it builds', () => {
  const backbone = findBackbone('clip-tiny');
  const watched = watchMaps(backbone);
  const files = [backbone, watched.backbone].map((built) => {
    const graph = new Graph();
    const pixels = graph.input('pixels', 'uint8', [1, 64, 64, 3]);
    graph.output('embedding', embeddingOf(graph, new Parameters(graph, 'inputs'), pixels, { backbone: built }, 'running'));
    return Buffer.from(encodeOnnx(graph));
  });
  expect(files[0]!.equals(files[1]!)).toBe(true);
  expect(watched.maps.length).toBeGreaterThan(4);
});
