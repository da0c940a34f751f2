import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Backbone } from '#antonym/backbones/backbone.js';
import { clipReader } from '#antonym/backbones/clip/clip-reader.js';
import { clipResNet } from '#antonym/backbones/clip/clip-resnet.js';
import { normalizePixels } from '#antonym/backbones/normalize-pixels.js';
import { Parameters } from '#antonym/backbones/parameters.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import { layOut } from '#antonym/backbones/weights/lay-out.js';
import { openWeights } from '#antonym/backbones/weights/open-weights.js';
import { readBackbone } from '#antonym/backbones/weights/read-backbone.js';
import type { TensorSource } from '#antonym/backbones/weights/tensor-source.js';
import { Graph } from '#antonym/graph/graph.js';
import { floatTensor, type TensorData } from '#antonym/tensors/tensor-data.js';
import { compile } from '../../graph/run-graph.js';

/** See ../weights/golden/make_clip_files.py. */
const fixture = (name: string): string => fileURLToPath(new URL(`../weights/golden/clip/${name}`, import.meta.url));
const expected = JSON.parse(await readFile(fixture('expected.json'), 'utf8')) as { embedding: number[] };
const backbone: Backbone = {
  ...findBackbone('clip-rn50'),
  embedding: 8,
  embed: (context, pixels) => clipResNet(context, pixels, { width: 2, blocks: [1, 1, 1, 1], heads: 2, embedding: 8 }),
};

/** A source in memory: tensors by name, and names without values. */
function sourceOf(tensors: Readonly<Record<string, TensorData>>): TensorSource {
  return {
    path: 'weights.safetensors',
    tensors: new Map(Object.entries(tensors).map(([name, { shape }]) => [name, { shape, type: 'float32' }])),
    read: async (name) => tensors[name]!,
    close: async () => {},
  };
}

async function readAll(source: TensorSource): Promise<Record<string, TensorData>> {
  const entries: [string, TensorData][] = [];
  for (const name of source.tensors.keys()) {
    const tensor = await source.read(name);
    expect(tensor.shape).toEqual(source.tensors.get(name)!.shape);
    entries.push([name, tensor]);
  }
  return Object.fromEntries(entries);
}

describe('published forms of CLIP', () => {
  test.each(['qualiclip.pth', 'openai.pt'])('%s gives the embedding that PyTorch computes with it', async (name) => {
    const source = layOut(await openWeights(fixture(name)), clipReader);
    const weights = await readBackbone(source, backbone);
    await source.close();
    const graph = new Graph();
    const image = graph.input('image', 'uint8', ['batch', 'height', 'width', 3]);
    const parameters = new Parameters(graph, weights);
    graph.output('embedding', backbone.embed({ graph, parameters, normalization: 'running' }, normalizePixels(graph, image, backbone)));
    const [height, width] = [32, 64];
    const pixels = Uint8Array.from({ length: height * width * 3 }, (_, index) => {
      const [channel, x, y] = [index % 3, Math.floor(index / 3) % width, Math.floor(index / 3 / width)];
      return 37 * y + 101 * x + 59 * channel; // modulo 256, by Uint8Array
    });
    const run = await compile(graph);
    const { embedding } = await run({ image: { dataType: 'uint8', shape: [1, height, width, 3], data: pixels } });
    const error = Math.hypot(...expected.embedding.map((value, index) => Number(embedding!.data[index]) - value));
    expect(error / Math.hypot(...expected.embedding)).toBeLessThan(1e-5);
  });

  test("Hugging Face's names, apart projections and transposed matrices become OpenAI's", async () => {
    // every element says where it comes from
    let next = 0;
    const tensor = (...shape: number[]): TensorData =>
      floatTensor(
        shape,
        Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => next++),
      );
    const layer = (prefix: string): Record<string, TensorData> => ({
      [`${prefix}.self_attn.k_proj.weight`]: tensor(2, 2),
      [`${prefix}.self_attn.k_proj.bias`]: tensor(2),
      [`${prefix}.self_attn.v_proj.weight`]: tensor(2, 2),
      [`${prefix}.self_attn.v_proj.bias`]: tensor(2),
      [`${prefix}.self_attn.q_proj.weight`]: tensor(2, 2),
      [`${prefix}.self_attn.q_proj.bias`]: tensor(2),
      [`${prefix}.self_attn.out_proj.weight`]: tensor(2, 2),
      [`${prefix}.self_attn.out_proj.bias`]: tensor(2),
      [`${prefix}.layer_norm1.weight`]: tensor(2),
      [`${prefix}.layer_norm2.bias`]: tensor(2),
      [`${prefix}.mlp.fc1.weight`]: tensor(8, 2),
      [`${prefix}.mlp.fc2.weight`]: tensor(2, 8),
    });
    const stored: Record<string, TensorData> = {
      logit_scale: tensor(),
      'vision_model.embeddings.class_embedding': tensor(2),
      'vision_model.embeddings.patch_embedding.weight': tensor(2, 3, 1, 1),
      'vision_model.embeddings.position_embedding.weight': tensor(5, 2),
      'vision_model.embeddings.position_ids': tensor(1, 5),
      'vision_model.pre_layrnorm.weight': tensor(2),
      'vision_model.post_layernorm.bias': tensor(2),
      'visual_projection.weight': tensor(3, 2),
      ...layer('vision_model.encoder.layers.11'),
      'text_model.embeddings.token_embedding.weight': tensor(7, 2),
      'text_model.embeddings.position_embedding.weight': tensor(4, 2),
      'text_model.embeddings.position_ids': tensor(1, 4),
      'text_model.final_layer_norm.weight': tensor(2),
      'text_projection.weight': tensor(3, 2),
      ...layer('text_model.encoder.layers.0'),
    };
    const values = (name: string): number[] => Array.from(stored[name]!.data, Number);
    const layerOf = (own: string, theirs: string): Record<string, unknown> => ({
      [`${own}.attn.in_proj_weight`]: {
        shape: [6, 2],
        values: ['q', 'k', 'v'].flatMap((p) => values(`${theirs}.self_attn.${p}_proj.weight`)),
      },
      [`${own}.attn.in_proj_bias`]: { shape: [6], values: ['q', 'k', 'v'].flatMap((p) => values(`${theirs}.self_attn.${p}_proj.bias`)) },
      [`${own}.attn.out_proj.weight`]: { shape: [2, 2], values: values(`${theirs}.self_attn.out_proj.weight`) },
      [`${own}.attn.out_proj.bias`]: { shape: [2], values: values(`${theirs}.self_attn.out_proj.bias`) },
      [`${own}.ln_1.weight`]: { shape: [2], values: values(`${theirs}.layer_norm1.weight`) },
      [`${own}.ln_2.bias`]: { shape: [2], values: values(`${theirs}.layer_norm2.bias`) },
      [`${own}.mlp.c_fc.weight`]: { shape: [8, 2], values: values(`${theirs}.mlp.fc1.weight`) },
      [`${own}.mlp.c_proj.weight`]: { shape: [2, 8], values: values(`${theirs}.mlp.fc2.weight`) },
    });
    const same = (name: string): unknown => ({ shape: stored[name]!.shape, values: values(name) });
    const transposed = (name: string): unknown => {
      const [a, b, c, d, e, f] = values(name);
      return { shape: [2, 3], values: [a, c, e, b, d, f] };
    };
    const read = await readAll(layOut(sourceOf(stored), clipReader));
    expect(
      Object.fromEntries(Object.entries(read).map(([name, { shape, data }]) => [name, { shape, values: Array.from(data, Number) }])),
    ).toEqual({
      logit_scale: same('logit_scale'),
      'visual.class_embedding': same('vision_model.embeddings.class_embedding'),
      'visual.conv1.weight': same('vision_model.embeddings.patch_embedding.weight'),
      'visual.positional_embedding': same('vision_model.embeddings.position_embedding.weight'),
      'visual.ln_pre.weight': same('vision_model.pre_layrnorm.weight'),
      'visual.ln_post.bias': same('vision_model.post_layernorm.bias'),
      'visual.proj': transposed('visual_projection.weight'),
      ...layerOf('visual.transformer.resblocks.11', 'vision_model.encoder.layers.11'),
      'token_embedding.weight': same('text_model.embeddings.token_embedding.weight'),
      positional_embedding: same('text_model.embeddings.position_embedding.weight'),
      'ln_final.weight': same('text_model.final_layer_norm.weight'),
      text_projection: transposed('text_projection.weight'),
      ...layerOf('transformer.resblocks.0', 'text_model.encoder.layers.0'),
    });
  });

  test('a model within a training checkpoint is found, and what is not of the model is left out', () => {
    const one = floatTensor([1], [1]);
    const source = sourceOf({
      'state_dict.module.visual.conv1.weight': one,
      'state_dict.module.logit_scale': one,
      'optimizer.state.0.exp_avg': one,
      'ema.state_dict.module.visual.conv1.weight': one,
    });
    expect([...layOut(source, clipReader).tensors.keys()]).toEqual(['visual.conv1.weight', 'logit_scale']);
  });

  test('weights of something else are named as such', () => {
    const source = sourceOf({ 'features.0.weight': floatTensor([1], [1]) });
    expect(() => layOut(source, clipReader)).toThrow(
      /does not hold an image encoder of CLIP: it has no tensor visual.conv1.weight .* Its first tensors are: features.0.weight\.$/,
    );
  });
});

describe('weights that do not fit the backbone', () => {
  async function published(): Promise<Record<string, TensorData>> {
    const source = layOut(await openWeights(fixture('qualiclip.pth')), clipReader);
    const names = [...source.tensors].filter(([, { type }]) => type.includes('float')).map(([name]) => name);
    const tensors = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await source.read(name)])));
    await source.close();
    return tensors;
  }

  test('missing, unknown and misshapen tensors are named together', async () => {
    const tensors = await published();
    for (const index of [1, 2, 3]) delete tensors[`visual.bn${index}.weight`];
    delete tensors['visual.bn1.bias'];
    tensors['visual.layer5.weight'] = floatTensor([1], [1]);
    tensors['visual.conv1.weight'] = floatTensor([2, 3, 1, 1], [1, 2, 3, 4, 5, 6]);
    await expect(readBackbone(sourceOf(tensors), backbone)).rejects.toThrow(
      'weights.safetensors does not fit clip-rn50: of its tensors, ' +
        '4 are missing (visual.bn1.weight, visual.bn1.bias, visual.bn2.weight and 1 more); 1 is unknown (visual.layer5.weight); ' +
        '1 is of another shape (visual.conv1.weight is [2, 3, 1, 1], expected [1, 3, 3, 3])',
    );
  });

  test('weights of another backbone are called so', async () => {
    const graph = new Graph();
    const parameters = new Parameters(graph, 'inputs');
    const pixels = graph.input('pixels', 'float32', [1, 3, 224, 224]);
    findBackbone('clip-vit-b-32').embed({ graph, parameters, normalization: 'running' }, pixels);
    const tensors = new Map([...parameters.specs].map(([name, { shape }]) => [name, { shape, type: 'float16' as const }]));
    await expect(readBackbone({ ...sourceOf({}), tensors }, backbone)).rejects.toThrow(
      'weights.safetensors holds weights of clip-vit-b-32, not of clip-rn50. Use --backbone clip-vit-b-32',
    );
  });

  test('values that are not finite are refused', async () => {
    const tensors = await published();
    tensors['visual.bn1.bias'] = floatTensor([1], [Number.POSITIVE_INFINITY]);
    await expect(readBackbone(sourceOf(tensors), backbone)).rejects.toThrow(/the tensor visual.bn1.bias has values that are not finite/);
  });
});
