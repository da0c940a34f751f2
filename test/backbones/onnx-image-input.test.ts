/** Ways in which encoders of other teams take their images. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import onnxProto from 'onnx-proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openOnnxBackbone } from '#antonym/backbones/onnx-backbone.js';
import { Parameters } from '#antonym/backbones/parameters.js';
import { Graph } from '#antonym/graph/graph.js';
import { randomStream } from '#antonym/support/random.js';
import { onnxDataTypes } from '#antonym/tensors/onnx-data-types.js';
import { readSafetensors } from '#antonym/tensors/safetensors.js';
import { compile } from '../graph/run-graph.js';

const golden = (file: string): string => join(import.meta.dirname, 'golden', file);
const asTheyAre = { output: 'auto', mean: [0, 0, 0], standardDeviation: [1, 1, 1] } as const;
const { onnx } = onnxProto;
type ValueInfo = onnxProto.onnx.IValueInfoProto;
type GraphMessage = onnxProto.onnx.IGraphProto;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'antonym-onnx-input-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The small ResNet of the golden files with another graph. */
async function changed(change: (graph: GraphMessage) => void): Promise<string> {
  const model = onnx.ModelProto.decode(await readFile(golden('onnx_resnet.onnx')));
  change(model.graph!);
  const path = join(folder, 'changed.onnx');
  await writeFile(path, onnx.ModelProto.encode(model).finish());
  return path;
}

const valueInfo = (name: string, dimensions: readonly (number | string)[] | undefined, elemType = onnxDataTypes.float32): ValueInfo => ({
  name,
  type: {
    tensorType: {
      elemType,
      ...(dimensions && { shape: { dim: dimensions.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size })) } }),
    },
  },
});

test.each<[string, readonly ValueInfo[], RegExp]>([
  ['of grey images', [valueInfo('x', ['N', 1, 64, 64])], /another number of channels \(x \(float32 \[N, 1, 64, 64\]\)\)/],
  ['of videos', [valueInfo('x', ['N', 3, 8, 64, 64])], /takes videos or volumes/],
  ['of one image without a batch', [valueInfo('x', [3, 64, 64])], /takes one image without a batch/],
  [
    'of tokens',
    [valueInfo('ids', ['N', 77], onnxDataTypes.int64)],
    /its inputs are ids \(int64 \[N, 77\]\), and an image is \[N, 3, H, W\]/,
  ],
  ['of an unknown shape', [valueInfo('x', undefined)], /does not state the shape of its inputs/],
  ['of images that are not square', [valueInfo('x', ['N', 3, 64, 48])], /but crops are square/],
  ['of 64-bit pixels', [valueInfo('x', ['N', 3, 'H', 'W'], onnxDataTypes.float64)], /takes images of float64 \(x\)/],
])('an encoder %s is refused for that reason', async (_, inputs, reason) => {
  const path = await changed((graph) => {
    const [image] = graph.input!.filter(({ name }) => !graph.initializer!.some((tensor) => tensor.name === name));
    for (const node of graph.node!) node.input = node.input!.map((name) => (name === image!.name ? inputs[0]!.name! : name));
    graph.input = [...inputs];
  });
  await expect(openOnnxBackbone(path, asTheyAre)).rejects.toThrow(reason);
});

test('an encoder that needs another input says which one, and one that states one image at a time but takes more is used', async () => {
  const other = await changed((graph) => {
    const { output } = graph;
    graph.input!.push(valueInfo('weight', [1]));
    graph.node!.push({ opType: 'Mul', input: [output![0]!.name!, 'weight'], output: ['weighted'], name: 'e' });
    graph.output = [
      valueInfo(
        'weighted',
        output![0]!.type!.tensorType!.shape!.dim!.map(({ dimValue, dimParam }) => dimParam || Number(dimValue)),
      ),
    ];
  });
  await expect(openOnnxBackbone(other, asTheyAre)).rejects.toThrow(
    /needs weight \(float32 \[1\]\) beside the image: export it with that fixed, or choose another --output/,
  );
  const forOne = await changed((graph) => {
    const image = graph.input!.find(({ type }) => type!.tensorType!.shape!.dim!.length === 4)!;
    image.type!.tensorType!.shape!.dim![0] = { dimValue: 1 };
  });
  expect((await openOnnxBackbone(forOne, asTheyAre)).embedding).toBeGreaterThan(0);
});

test('an encoder of bytes is told the scale of its pixels', async () => {
  const path = await changed((graph) => {
    const image = graph.input!.find(({ type }) => type!.tensorType!.shape!.dim!.length === 4)!;
    image.type!.tensorType!.elemType = onnxDataTypes.uint8;
  });
  await expect(openOnnxBackbone(path, { ...asTheyAre, mean: [0.5, 0.5, 0.5] })).rejects.toThrow(
    /takes bytes .*--mean 0,0,0 --std 0\.00392157/,
  );
  expect((await openOnnxBackbone(path, { ...asTheyAre, standardDeviation: [1 / 255, 1 / 255, 1 / 255] })).embedding).toBeGreaterThan(0);
});

test('an encoder with channels last computes the same', async () => {
  const { tensors } = await readSafetensors(golden('onnx_resnet.safetensors'));
  const path = await changed((graph) => {
    const image = graph.input!.find(({ type }) => type!.tensorType!.shape!.dim!.length === 4)!;
    const [batch, channels, height, width] = image.type!.tensorType!.shape!.dim!;
    image.type!.tensorType!.shape!.dim = [batch!, height!, width!, channels!];
    for (const node of graph.node!) node.input = node.input!.map((name) => (name === image.name ? 'channels_first' : name));
    graph.node!.unshift({
      opType: 'Transpose',
      name: 'first',
      input: [image.name!],
      output: ['channels_first'],
      attribute: [{ name: 'perm', type: onnx.AttributeProto.AttributeType.INTS, ints: [0, 3, 1, 2] }],
    });
  });
  const backbone = await openOnnxBackbone(path, asTheyAre);
  const graph = new Graph();
  const parameters = new Parameters(graph, 'inputs');
  const image = tensors.get('image')!;
  const context = { graph, parameters, normalization: 'running' } as const;
  graph.output('embedding', backbone.embed(context, graph.input('image', 'float32', image.shape)));
  const values = [...parameters.specs.values()].map((spec) => [spec.name, spec.initialize(randomStream(1))] as const);
  const { embedding } = await (await compile(graph))({ image, ...Object.fromEntries(values) });
  const expected = tensors.get('embedding')!;
  const differences = Array.from(embedding!.data as Float32Array, (value, index) => Math.abs(value - Number(expected.data[index])));
  expect(Math.max(...differences)).toBeLessThan(1e-5);
});
