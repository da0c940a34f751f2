/** Files of a few kilobytes that stand for more memory than a machine has: refused before it is taken. */
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import onnxProto from 'onnx-proto';
import { beforeAll, describe, expect, test } from 'vitest';
import { openOnnxBackbone } from '#antonym/backbones/onnx-backbone.js';
import { Graph } from '#antonym/graph/graph.js';
import { ReadingLimits } from '#antonym/graph/reading/reading-limits.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';

const { onnx } = onnxProto;
const folder = await temporaryFolder();
const asTheyAre = { output: 'auto', mean: [0, 0, 0], standardDeviation: [1, 1, 1] } as const;

type Attribute = number | readonly number[] | string;
interface FileNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
}
type Initializer = onnxProto.onnx.ITensorProto;

const integers = (name: string, ...values: number[]): Initializer => ({
  name,
  dataType: 7,
  dims: [values.length],
  rawData: Buffer.from(BigInt64Array.from(values, BigInt).buffer),
});
const scalar = (name: string, value: number): Initializer => ({
  name,
  dataType: 1,
  dims: [],
  rawData: Buffer.from(Float32Array.of(value).buffer),
});
const weight: Initializer = { name: 'weight', dataType: 1, dims: [3, 4], rawData: Buffer.alloc(48, 63) };

const attributeOf = (name: string, value: Attribute): onnxProto.onnx.IAttributeProto => {
  const { INT, INTS, STRING } = onnx.AttributeProto.AttributeType;
  if (typeof value === 'string') return { name, type: STRING, s: Buffer.from(value) };
  return typeof value === 'number' ? { name, type: INT, i: value } : { name, type: INTS, ints: [...value] };
};

/**
 * Opens an encoder: the mean of the pixels [N, 3] times a matrix, after nodes that turn `image` [N, 3, 32, 32] into `made` of the same rank.
 */
async function openEncoder(name: string, nodes: readonly FileNode[], initializers: readonly Initializer[] = []): Promise<unknown> {
  const rest: FileNode[] = [
    { type: 'GlobalAveragePool', inputs: ['made'], output: 'mean' },
    { type: 'Flatten', inputs: ['mean'], output: 'flat' },
    { type: 'MatMul', inputs: ['flat', 'weight'], output: 'embedding' },
  ];
  const value = (own: string, ...sizes: (number | string)[]): onnxProto.onnx.IValueInfoProto => ({
    name: own,
    type: {
      tensorType: {
        elemType: 1,
        shape: { dim: sizes.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size })) },
      },
    },
  });
  const bytes = onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ version: 17 }],
    graph: {
      name: 'encoder',
      node: [...nodes, ...rest].map(({ type, inputs, output, attributes = {} }) => ({
        opType: type,
        input: [...inputs],
        output: [output],
        attribute: Object.entries(attributes).map(([key, own]) => attributeOf(key, own)),
      })),
      initializer: [weight, ...initializers],
      input: [value('image', 'batch', 3, 32, 32)],
      output: [value('embedding', 'batch', 4)],
    },
  }).finish();
  const path = join(folder, `${name}.onnx`);
  await writeFile(path, bytes);
  return openOnnxBackbone(path, asTheyAre);
}

/** As many nodes of a kind, one after the other: each makes something of the image or of the one before. */
const repeated = (count: number, node: (before: string, own: string, index: number) => readonly FileNode[]): FileNode[] =>
  Array.from({ length: count }, (_, index) =>
    node(index === 0 ? 'image' : `x${index - 1}`, index === count - 1 ? 'made' : `x${index}`, index),
  ).flat();

test('the encoder itself can be used', async () => {
  await expect(openEncoder('usual', [{ type: 'Relu', inputs: ['image'], output: 'made' }])).resolves.toMatchObject({ embedding: 4 });
});

describe('constants that nodes make', () => {
  test('are bounded one by one', async () => {
    const mask = (sizes: Initializer): Promise<unknown> =>
      openEncoder(
        'mask',
        [
          { type: 'ConstantOfShape', inputs: ['sizes'], output: 'zeros' },
          { type: 'ReduceSum', inputs: ['zeros'], output: 'zero', attributes: { keepdims: 0 } },
          { type: 'Add', inputs: ['image', 'zero'], output: 'made' },
        ],
        [sizes],
      );
    await expect(mask(integers('sizes', 65536, 65536))).rejects.toThrow(
      /mask\.onnx cannot be used: the node "zeros" \(ConstantOfShape\): it would make a constant of the shape \[65536, 65536\], more than 16777216 elements\./,
    );
    await expect(mask(integers('sizes', 64, 64))).resolves.toBeDefined();
    const windows = { kernel_shape: [65537, 65537], strides: [1, 1], pads: [65536, 65536, 65536, 65536] };
    await expect(openEncoder('pool', [{ type: 'AveragePool', inputs: ['image'], output: 'made', attributes: windows }])).rejects.toThrow(
      /pool\.onnx cannot be used: .*\(AveragePool\): it would make a constant of the shape \[3, 1, 65537, 65537\]/,
    );
    const copies = openEncoder(
      'tile',
      [{ type: 'Tile', inputs: ['image', 'repeats'], output: 'made' }],
      [integers('repeats', 1, 1, 1, 2 ** 30)],
    );
    await expect(copies).rejects.toThrow(/tile\.onnx cannot be used: .*\(Tile\): it would make 1073741824 copies, supported are 1 to 256/);
  });

  test('are bounded all together', async () => {
    const masks = repeated(40, (before, own, index) => [
      { type: 'ConstantOfShape', inputs: [`sizes${index}`], output: `zeros${index}` },
      { type: 'ReduceSum', inputs: [`zeros${index}`], output: `zero${index}`, attributes: { keepdims: 0 } },
      { type: 'Add', inputs: [before, `zero${index}`], output: own },
    ]);
    const sizes = Array.from({ length: 40 }, (_, index) => integers(`sizes${index}`, 1024, 2048 + index));
    await expect(openEncoder('masks', masks, sizes)).rejects.toThrow(
      /masks\.onnx cannot be used: the node "zeros\d+" \(ConstantOfShape\): it and the nodes before it make constants of [\d.]+ MB, more than 268\.4 MB\./,
    );
  });

  test('have a bounded number of inputs in all', () => {
    const graph = new Graph();
    const node = { ...graph.add('Relu', [graph.input('x', 'float32', [1])]).producer!, inputs: Array<null>(2 ** 20 - 1).fill(null) };
    const limits = new ReadingLimits();
    limits.added([node], 0);
    limits.added([node], 0);
    expect(() => limits.added([node], 0)).toThrow('it and the nodes before it have more than 2097152 inputs in all');
  });
});

test('values that need more memory at a time than is free are refused before they are computed', async () => {
  // 2000 values of 1.6 GB, all of them there until they are summed
  const count = 2000;
  const nodes: FileNode[] = Array.from({ length: count }, (_, index): FileNode[] => [
    { type: 'Mul', inputs: ['small', `factor${index}`], output: `one${index}` },
    { type: 'Expand', inputs: [`one${index}`, 'sizes'], output: `large${index}` },
  ]).flat();
  const large = await openEncoder(
    'sum',
    [
      { type: 'GlobalAveragePool', inputs: ['image'], output: 'small' },
      ...nodes,
      { type: 'Sum', inputs: Array.from({ length: count }, (_, index) => `large${index}`), output: 'made' },
    ],
    [integers('sizes', 1, 3, 8192, 8192), ...Array.from({ length: count }, (_, index) => scalar(`factor${index}`, index + 2))],
  ).catch(({ message }) => message);
  expect(large).toMatch(/sum\.onnx cannot be used: two images of 32 pixels take [\d.]+ GB of memory in it, and [\d.]+ [MG]B are free\.$/);
});

describe('tensors of a file', () => {
  beforeAll(async () => {
    const sparse = await open(join(folder, 'weights.data'), 'w');
    await sparse.truncate(2 ** 32);
    await sparse.close();
  });

  test('that are one range of another file many times are refused before they are read', async () => {
    const many = Array.from({ length: 4000 }, (_, index) => ({
      name: `w${index}`,
      dataType: 1,
      dims: [2 ** 30],
      dataLocation: 1,
      externalData: [{ key: 'location', value: 'weights.data' }],
    }));
    await expect(openEncoder('external', [{ type: 'Relu', inputs: ['image'], output: 'made' }], many)).rejects.toThrow(
      /external\.onnx is not an ONNX model that can be read: its tensors take [\d.]+ GB of memory, and [\d.]+ [MG]B are free\./,
    );
  });

  test('have few axes', async () => {
    const deep = { name: 'deep', dataType: 1, dims: Array<number>(100_000).fill(1), rawData: Buffer.alloc(4) };
    await expect(openEncoder('deep', [{ type: 'Add', inputs: ['image', 'deep'], output: 'made' }], [deep])).rejects.toThrow(
      /deep\.onnx is not an ONNX model that can be read: the tensor deep has 100000 axes, more than 16\./,
    );
  });
});
