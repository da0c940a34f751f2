import { expect, test } from 'vitest';
import { findBackbone } from '#antonym/backbones/registry.js';
import { layOut } from '#antonym/backbones/weights/lay-out.js';
import { openWeights } from '#antonym/backbones/weights/open-weights.js';
import { readRows, rowsOf } from '#antonym/backbones/weights/read-rows.js';
import { goldenFile } from '../golden/family-check.js';
import { numbers } from '../golden/golden-step.js';

test.each([
  ['siglip2-b16-224', 'siglip2-hugging-face.safetensors', 'token_embedding.weight', 'as they are stored'],
  ['siglip2-b16-224', 'siglip2-hugging-face.safetensors', 'visual.attn_pool.attn.in_proj_weight', 'as they are stored'],
  ['siglip2-b16-224', 'siglip2-open-clip.safetensors', 'visual.attn_pool.attn.in_proj_weight', 'of joined tensors'],
  ['pe-core-b16-224', 'pe-core-authors.pt', 'token_embedding.weight', 'of a PyTorch file'],
] as const)('%s, %s: rows of %s are those of the whole, %s', async (backbone, file, name, _) => {
  const source = layOut(await openWeights(goldenFile(file)), findBackbone(backbone).reader);
  try {
    const rows = [7, 0, 29, 7];
    const found = await readRows(source, name, rows);
    expect(found).toEqual(rowsOf(await source.read(name), rows));
    expect(found.shape).toEqual([4, 16]);
    expect(new Set(numbers(found)).size).toBeGreaterThan(20);
  } finally {
    await source.close();
  }
});
