import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Backbone } from '#antonym/backbones/backbone.js';
import { Parameters } from '#antonym/backbones/parameters.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import { openWeights } from '#antonym/backbones/weights/open-weights.js';
import type { TensorSource } from '#antonym/backbones/weights/tensor-source.js';
import { Graph } from '#antonym/graph/graph.js';
import { tokenize } from '#antonym/prompts/clip-tokenizer.js';
import { antonymPairs, readPromptPairs } from '#antonym/prompts/prompt-pairs.js';
import { choosePrompts } from '#antonym/prompts/prompts.js';
import { seededPrompts } from '#antonym/prompts/seeded-prompts.js';
import { textTransformer } from '#antonym/prompts/text-transformer.js';
import { randomStream } from '#antonym/support/random.js';
import { floatTensor, type TensorData } from '#antonym/tensors/tensor-data.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const folder = await temporaryFolder();
const golden = new URL('../backbones/weights/golden/clip/', import.meta.url);
const tiny = findBackbone('clip-tiny');
const textEncoder = { tower: 'clip', width: 8, layers: 1, heads: 2, activation: 'quick-gelu', vocabulary: 49_408, context: 77 } as const;
const reduced: Backbone = { ...findBackbone('clip-rn50'), embedding: 8, textEncoder };

function sourceOf(tensors: Readonly<Record<string, TensorData>>): TensorSource {
  return {
    path: 'weights.safetensors',
    tensors: new Map(Object.entries(tensors).map(([name, { shape }]) => [name, { shape, type: 'float32' }])),
    read: async (name) => tensors[name]!,
    close: async () => {},
  };
}

/** A CLIP model as far as prompts need it: a text encoder with drawn weights. */
function clip(): Record<string, TensorData> {
  const graph = new Graph();
  const parameters = new Parameters(graph, 'inputs');
  textTransformer({ graph, parameters }, tokenize(['a'], 77), textEncoder, 8);
  const drawn = [...parameters.specs.values()]
    .filter(({ name }) => name !== 'token_embedding.weight')
    .map((spec) => [spec.name, spec.initialize(randomStream(1, spec.name))]);
  // half a million numbers that differ, faster than by a random stream
  const size = textEncoder.vocabulary * textEncoder.width;
  const embedding = floatTensor(
    [textEncoder.vocabulary, textEncoder.width],
    new Float32Array(size).map((__, index) => ((index * 7919) % 1009) / 1009 - 0.5),
  );
  return { 'visual.conv1.weight': floatTensor([1], [1]), ...Object.fromEntries(drawn), 'token_embedding.weight': embedding };
}

const rowsOf = ({ data, shape }: TensorData): number[][] =>
  Array.from({ length: shape[0]! * 2 }, (_, row) => Array.from(data.subarray(row * shape[2]!, (row + 1) * shape[2]!), Number));

describe('prompts', () => {
  test('of a backbone without a text encoder, or of random weights, are seeded directions', async () => {
    for (const [backbone, source] of [
      [tiny, undefined],
      [reduced, undefined],
      [tiny, sourceOf({ 'visual.conv1.weight': floatTensor([1], [1]) })],
    ] as const) {
      const { features, description } = await choosePrompts('auto', 3, backbone, source);
      expect(features).toEqual(seededPrompts(3, 7, backbone.embedding));
      expect(description).toMatch(/seeded/);
    }
  });

  test("stored in QualiCLIP's checkpoint are used, as unit vectors, before those that a text encoder could make", async () => {
    const source = await openWeights(fileURLToPath(new URL('qualiclip.pth', golden)));
    const { features } = await choosePrompts('auto', 1, reduced, source);
    await source.close();
    const expected = JSON.parse(await readFile(new URL('expected.json', golden), 'utf8')) as { prompts_features: number[] };
    expect(features.shape).toEqual([2, 2, 8]);
    for (const [index, value] of expected.prompts_features.entries()) expect(features.data[index]).toBeCloseTo(value, 6);
    for (const row of rowsOf(features)) expect(Math.hypot(...row)).toBeCloseTo(1, 6);
  });

  test('are the seven antonym pairs where there is a text encoder, or those of a file', async () => {
    const source = sourceOf(clip());
    const { features, description } = await choosePrompts('auto', 1, reduced, source);
    expect(features.shape).toEqual([7, 2, 8]);
    for (const row of rowsOf(features)) expect(Math.hypot(...row)).toBeCloseTo(1, 5);
    expect(description).toMatch(/^"Good photo\." \/ "Bad photo\.", /);
    const path = join(folder, 'pairs.json');
    await writeFile(path, JSON.stringify([antonymPairs[2], antonymPairs[0]]));
    const own = rowsOf((await choosePrompts(path, 1, reduced, source)).features);
    const all = rowsOf(features);
    for (const [row, expected] of [all[4], all[5], all[0], all[1]].entries()) {
      for (const [index, value] of expected!.entries()) expect(own[row]![index]).toBeCloseTo(value, 5);
    }
  });

  test('are the five pairs of MA-CLIP by their name, and where a head prefers them', async () => {
    const source = sourceOf(clip());
    const { features, description } = await choosePrompts('ma-clip', 1, reduced, source);
    expect(features.shape).toEqual([5, 2, 8]);
    expect(description).toBe(
      '"Good image" / "bad image", "Sharp image" / "blurry image", "sharp edges" / "blurry edges", ' +
        '"High resolution image" / "low resolution image", "Noise-free image" / "noisy image"',
    );
    expect((await choosePrompts('auto', 1, reduced, source, { words: 'ma-clip' })).description).toBe(description);
    expect((await choosePrompts('antonyms', 1, reduced, source, { words: 'ma-clip' })).features.shape).toEqual([7, 2, 8]);
  });

  test('are learned from those that follow the word, else from those of auto', async () => {
    expect(await choosePrompts('learnable', 3, tiny, undefined)).toEqual({
      ...(await choosePrompts('seeded', 3, tiny, undefined)),
      description: 'learned with the encoder, starting from 7 pairs of opposite seeded unit vectors (no text encoder)',
      isLearned: true,
    });
    const own = { features: seededPrompts(9, 2, 128), description: 'of images' };
    const prototypes = async () => own;
    expect(await choosePrompts('prototypes', 3, tiny, undefined, { prototypes })).toBe(own);
    expect((await choosePrompts('learnable:prototypes', 3, tiny, undefined, { prototypes })).features).toBe(own.features);
    await expect(choosePrompts('prototypes', 3, tiny, undefined)).rejects.toThrow('there are none here');
  });

  test('of words need a whole text encoder', async () => {
    const { 'ln_final.bias': _, ...rest } = clip();
    await expect(choosePrompts('antonyms', 1, reduced, sourceOf(rest))).rejects.toThrow(
      'weights.safetensors does not fit the text encoder of clip-rn50: of its tensors, 1 is missing (ln_final.bias)',
    );
    const visual = sourceOf({ 'visual.conv1.weight': floatTensor([1], [1]) });
    await expect(choosePrompts('auto', 1, reduced, visual)).rejects.toThrow(/need a text encoder, but weights.safetensors hold none/);
  });

  test.each<[string, TensorData, RegExp]>([
    ['of another size', floatTensor([2, 4], Array(8).fill(1)), /must be \[pairs, 2, 8\] or \[2 pairs, 8\], but are \[2, 4\]/],
    ['an odd number', floatTensor([3, 8], Array(24).fill(1)), /but are \[3, 8\]/],
    ['without a direction', floatTensor([2, 8], [...Array(8).fill(1), ...Array(8).fill(0)]), /have no direction in row 1/],
  ])('stored ones are refused when they are %s', async (_, features, message) => {
    await expect(choosePrompts('stored', 1, reduced, sourceOf({ prompts_features: features }))).rejects.toThrow(message);
  });
});

test.each([
  ['no list', '{}', /must be a list of pairs/],
  ['nothing', '[]', /must be a list of pairs/],
  ['three texts', '[["a", "b", "c"]]', /but pair 1: /],
  ['an empty text', '[["a", "b"], ["c", " "]]', /but pair 2: /],
  ['a pair twice', '[["a", "b"], ["a", "b"]]', /a pair is there twice/],
  ['no JSON', '[[', /is not JSON/],
])('a file of pairs with %s is refused', async (_, text, message) => {
  const path = join(folder, 'wrong.json');
  await writeFile(path, text);
  await expect(readPromptPairs(path)).rejects.toThrow(message);
});
