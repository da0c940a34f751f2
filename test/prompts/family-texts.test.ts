/** The text towers of SigLIP 2 and Perception Encoder against their reference implementations: see ../backbones/golden. */
import { describe, expect, test } from 'vitest';
import type { Backbone, TextEncoder } from '#antonym/backbones/backbone.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import { layOut } from '#antonym/backbones/weights/lay-out.js';
import { openWeights } from '#antonym/backbones/weights/open-weights.js';
import { readParameters } from '#antonym/backbones/weights/read-parameters.js';
import { encodePrompts } from '#antonym/prompts/encode-prompts.js';
import { textTowers } from '#antonym/prompts/text-towers.js';
import { readSafetensors } from '#antonym/tensors/safetensors.js';
import type { TensorData } from '#antonym/tensors/tensor-data.js';
import { goldenFile } from '../backbones/golden/family-check.js';
import { distance, norm, numbers } from '../backbones/golden/golden-step.js';

function reduced(name: string, embedding: number, sizes: Partial<TextEncoder>): Backbone {
  const backbone = findBackbone(name);
  return { ...backbone, embedding, textEncoder: { ...backbone.textEncoder!, width: 16, layers: 2, heads: 2, vocabulary: 30, ...sizes } };
}

const texts = (context: number, ...rows: readonly number[][]): TensorData => ({
  dataType: 'int64',
  shape: [rows.length, context],
  data: BigInt64Array.from(
    rows.flatMap((row) => [...row, ...new Array<number>(context - row.length).fill(0)]),
    BigInt,
  ),
});
const sigLip = reduced('siglip2-b16-224', 16, { hidden: 40 });
const perception = reduced('pe-core-b16-224', 12, { context: 8 });
const sigLipTexts = texts(64, [5, 9, 12, 1], [...new Array<number>(63).fill(7), 1]);
const perceptionTexts = texts(8, [27, 5, 9, 28], [27, 7, 7, 3, 11, 28]);

describe('text features, as unit vectors', () => {
  test.each([
    ['siglip2-hugging-face.safetensors', sigLip, sigLipTexts],
    ['siglip2-open-clip.safetensors', sigLip, sigLipTexts],
    ['pe-core-authors.pt', perception, perceptionTexts],
    ['pe-core-open-clip.safetensors', perception, perceptionTexts],
  ] as const)('%s', async (file, backbone, tokens) => {
    const source = layOut(await openWeights(goldenFile(file)), backbone.reader);
    const belongs = (name: string): boolean => textTowers[backbone.textEncoder!.tower].tensors.test(name);
    const found = await encodePrompts(tokens, backbone, (specs) =>
      readParameters(source, { specs: [...specs], belongs }, 'the text encoder'),
    );
    await source.close();
    const golden = (await readSafetensors(goldenFile(`${file.replace(/\.\w+$/, '')}.expected.safetensors`))).tensors;
    const expected = numbers(golden.get('features'));
    const size = backbone.embedding;
    for (let text = 0; text < 2; text++) {
      const own = expected.slice(text * size, (text + 1) * size);
      const unit = own.map((value) => value / norm(own));
      expect(distance(numbers(found).slice(text * size, (text + 1) * size), unit)).toBeLessThan(1e-5);
    }
  });
});
