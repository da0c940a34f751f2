/** Small instances of every family: what their files hold in each precision, and how their similarities differ. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import type { Backbone } from '#antonym/backbones/backbone.js';
import { dinoV2Options } from '#antonym/backbones/dinov2/dinov2.js';
import { dinoV3Options } from '#antonym/backbones/dinov3/dinov3.js';
import { Parameters } from '#antonym/backbones/parameters.js';
import { peCoreOptions } from '#antonym/backbones/pe-core/pe-core.js';
import { findBackbone } from '#antonym/backbones/registry.js';
import { residualNetwork } from '#antonym/backbones/resnet/residual-network.js';
import { sigLip2Options } from '#antonym/backbones/siglip2/siglip2.js';
import { transformerArchitecture } from '#antonym/backbones/transformer-architecture.js';
import { reducePrecision } from '#antonym/export/precision/precision.js';
import type { ReducedPrecision } from '#antonym/export/precision/precisions.js';
import { buildScoringModel } from '#antonym/export/scoring-model.js';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { seededPrompts } from '#antonym/prompts/seeded-prompts.js';
import { measurementOf } from '#antonym/train/graphs/model.js';
import { initialTensors } from '#antonym/train/graphs/state.js';
import { statedPixels } from '../backbones/golden/golden-step.js';
import { headOf } from '../heads/head-of.js';

/** Large enough for matrices that int8 makes smaller. */
const sizes = { width: 64, layers: 2, heads: 2 } as const;
const families: Readonly<Record<string, Backbone>> = {
  resnet: {
    ...findBackbone('resnet50'),
    embedding: 512,
    embed: (context, pixels) => residualNetwork(context, pixels, { width: 16, blocks: [1, 1, 1, 1] }),
  },
  dinov2: { ...findBackbone('dinov2-s14'), ...transformerArchitecture(dinoV2Options(0, sizes, 56)) },
  'dinov2 with registers': { ...findBackbone('dinov2-s14-reg'), ...transformerArchitecture(dinoV2Options(4, sizes, 56)) },
  dinov3: { ...findBackbone('dinov3-s16'), ...transformerArchitecture(dinoV3Options(sizes)) },
  'dinov3 with SwiGLU': {
    ...findBackbone('dinov3-s16plus'),
    ...transformerArchitecture(dinoV3Options({ ...sizes, hidden: 256, activation: 'swiglu' })),
  },
  siglip2: { ...findBackbone('siglip2-b16-224'), ...transformerArchitecture(sigLip2Options(sizes, 64)) },
  'pe-core': {
    ...findBackbone('pe-core-b16-224'),
    ...transformerArchitecture(peCoreOptions({ ...sizes, patch: 16, side: 64, embedding: 48 })),
  },
};
const images = [statedPixels('first', 1, 84, 70), statedPixels('second', 1, 56, 98)];

async function similaritiesOf(file: Uint8Array): Promise<number[]> {
  const session = await InferenceSession.create(file, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const all: number[] = [];
  for (const { data, shape } of images) {
    const { similarity } = await session.run({ image: new Tensor('uint8', data as Uint8Array, shape) });
    all.push(...(similarity!.data as Float32Array));
  }
  return all;
}

test.each(
  Object.entries(families),
)('%s is smaller in fp16 and int8, and computes nearly the same, at sizes that are not its own', async (_, backbone) => {
  const model = { backbone, head: headOf(seededPrompts(1, 3, backbone.embedding)) };
  const graph = new Graph();
  const parameters = new Parameters(graph, 'inputs');
  measurementOf(graph, parameters, graph.input('image', 'uint8', ['batch', 'height', 'width', 3]), model, 'running');
  const scoring = buildScoringModel(model, initialTensors(parameters.specs.values(), 1), 20);
  const single = encodeOnnx(scoring.graph);
  const exact = await similaritiesOf(single);
  for (const [precision, share, tolerance] of [
    ['fp16', 0.6, 3e-3],
    ['int8', 0.75, 5e-2],
  ] satisfies [ReducedPrecision, number, number][]) {
    const { graph: reduced } = await reducePrecision(scoring, precision);
    const file = encodeOnnx(reduced);
    expect(file.length / single.length, precision).toBeLessThan(share);
    const found = await similaritiesOf(file);
    const difference = Math.max(...exact.map((value, index) => Math.abs(value - found[index]!)));
    expect(difference, precision).toBeGreaterThan(1e-7);
    expect(difference, precision).toBeLessThan(tolerance);
  }
});
