/** A checkpoint in QualiCLIP's format, exported without training, scores as PyTorch does with the same file. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Backbone } from '#antonym/backbones/backbone.js';
import { clipResNet } from '#antonym/backbones/clip/clip-resnet.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import { buildScoringModel } from '#antonym/export/scoring-model.js';
import { publishedScale } from '#antonym/heads/fit-scale.js';
import { startingPoint } from '#antonym/train/starting-point.js';
import { compile } from '../graph/run-graph.js';
import { tensorsOf } from '../heads/head-of.js';

/** See make_clip_files.py beside it. */
const golden = new URL('../backbones/weights/golden/clip/', import.meta.url);
const backbone: Backbone = {
  ...findBackbone('clip-rn50'),
  embedding: 8,
  embed: (context, pixels) => clipResNet(context, pixels, { width: 2, blocks: [1, 1, 1, 1], heads: 2, embedding: 8 }),
};

test('at any size of image', async () => {
  const { scores } = JSON.parse(await readFile(new URL('expected.json', golden), 'utf8')) as {
    scores: { height: number; width: number; score: number }[];
  };
  const weights = fileURLToPath(new URL('qualiclip.pth', golden));
  const { parameters, head } = await startingPoint({ weights, head: 'prompts', prompts: 'auto', seed: 1 }, backbone);
  const run = await compile(
    buildScoringModel({ backbone, head }, { ...parameters, ...tensorsOf(head, backbone.embedding) }, publishedScale).graph,
  );
  expect(new Set(scores.map(({ score }) => score.toFixed(4))).size).toBe(scores.length);
  for (const { height, width, score: expected } of scores) {
    const data = Uint8Array.from({ length: height * width * 3 }, (_, index) => {
      const [channel, x, y] = [index % 3, Math.floor(index / 3) % width, Math.floor(index / 3 / width)];
      return 37 * y + 101 * x + 59 * channel; // modulo 256, by Uint8Array
    });
    const { score } = await run({ image: { dataType: 'uint8', shape: [1, height, width, 3], data } });
    expect(Math.abs(Number(score!.data[0]) - expected), `${height}x${width}`).toBeLessThan(1e-4);
  }
});
