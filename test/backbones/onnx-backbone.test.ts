import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import onnxProto from 'onnx-proto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Backbone } from '#antonym/backbones/backbone.js';
import { type OnnxBackbone, openOnnxBackbone } from '#antonym/backbones/onnx-backbone.js';
import { Parameters } from '#antonym/backbones/parameters.js';
import { differentiate } from '#antonym/graph/differentiate.js';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { inHalfPrecision } from '#antonym/lowering/precision/half-precision.js';
import { UserError } from '#antonym/support/errors.js';
import { randomStream } from '#antonym/support/random.js';
import { onnxDataTypes } from '#antonym/tensors/onnx-data-types.js';
import { readSafetensors } from '#antonym/tensors/safetensors.js';
import type { TensorData } from '#antonym/tensors/tensor-data.js';
import { writeRandomModel } from '../commands/random-model.js';
import { compile } from '../graph/run-graph.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const golden = (file: string): string => join(import.meta.dirname, 'golden', file);
const asTheyAre = { output: 'auto', mean: [0, 0, 0], standardDeviation: [1, 1, 1] } as const;
const onnx = onnxProto.onnx;
type ModelProto = onnxProto.onnx.ModelProto;

const folder = await temporaryFolder();

/** The embedding, and with a direction the gradients of its projection, at the values of the file. */
async function compute(backbone: Backbone, image: TensorData, direction?: TensorData): Promise<Record<string, TensorData>> {
  const graph = new Graph();
  const parameters = new Parameters(graph, 'inputs');
  const embedding = backbone.embed({ graph, parameters, normalization: 'running' }, graph.input('image', 'float32', image.shape));
  graph.output('embedding', embedding);
  if (direction) {
    const loss = graph.add('ReduceSum', [graph.add('Mul', [embedding, graph.constant(direction)])], { keepdims: 0 });
    const trained = [...parameters.specs.values()].filter(({ role }) => role === 'parameter').map(({ name }) => name);
    const gradients = differentiate(
      graph,
      loss,
      trained.map((name) => parameters.declared.get(name)!),
    );
    for (const [index, name] of trained.entries()) graph.output(`gradient.${name}`, gradients[index]!);
  }
  const values = [...parameters.specs.values()].map((spec) => [spec.name, spec.initialize(randomStream(1))] as const);
  return (await compile(graph))({ image, ...Object.fromEntries(values) });
}

function largestDifference(a: TensorData, b: TensorData): number {
  expect(a.shape).toEqual(b.shape);
  return Math.max(...Array.from(a.data as Float32Array, (value, index) => Math.abs(value - Number(b.data[index]))));
}

/** |a - b| / |b| */
function relativeDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.hypot(...Array.from(a, (value, index) => value - b[index]!)) / Math.hypot(...Array.from(b));
}

function transposed({ shape, data }: TensorData): TensorData {
  const [rows, columns] = shape as [number, number];
  const values = Float32Array.from({ length: data.length }, (_, index) =>
    Number(data[(index % rows) * columns + Math.floor(index / rows)]),
  );
  return { dataType: 'float32', shape: [columns, rows], data: values };
}

function bytesOf({ data }: TensorData): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/** Changes the model of a golden file and writes it anew. */
async function changed(file: string, change: (model: ModelProto) => void): Promise<string> {
  const model = onnx.ModelProto.decode(await readFile(golden(file)));
  change(model);
  const path = join(folder, 'changed.onnx');
  await writeFile(path, onnx.ModelProto.encode(model).finish());
  return path;
}

describe.each([
  'resnet',
  'mobilenet',
  'vision_transformer',
  'swin_transformer',
  'densenet',
  'current',
  'current_by_tracing',
])('onnx_%s, as PyTorch exports it', (name) => {
  let backbone: OnnxBackbone;
  let expected: ReadonlyMap<string, TensorData>;
  beforeAll(async () => {
    backbone = await openOnnxBackbone(golden(`onnx_${name}.onnx`), asTheyAre);
    expected = (await readSafetensors(golden(`onnx_${name}.safetensors`))).tensors;
  });

  test("computes PyTorch's embedding and gradients of all parameters", async () => {
    const results = await compute(backbone, expected.get('image')!, expected.get('direction')!);
    expect(largestDifference(results.embedding!, expected.get('embedding')!)).toBeLessThan(1e-5);
    const found = new Set<string>();
    for (const [output, gradient] of Object.entries(results)) {
      const own = output.replace(/^gradient\.visual\./, '');
      if (own === output) continue;
      const initial = backbone.model.initializers.get(own)!;
      // what the exporter has transposed or reshaped has a name of its own
      const holds = (value: TensorData): boolean => bytesOf(value).equals(bytesOf(initial));
      const isTransposed = (value: TensorData): boolean => value.shape.length === 2 && holds(transposed(value));
      const equal = [...expected].find(([key, value]) => key.startsWith('value.') && (isTransposed(value) || holds(value)));
      const parameter = expected.has(`gradient.${own}`) ? own : equal?.[0].slice('value.'.length);
      expect(parameter, own).toBeDefined();
      const reference = expected.get(`gradient.${parameter}`)!;
      const wanted = parameter === own || holds(equal![1]) ? reference : transposed(reference);
      expect(relativeDistance(gradient.data as Float32Array, wanted.data as Float32Array), own).toBeLessThan(1e-4);
      found.add(parameter!);
    }
    expect([...found].sort()).toEqual(
      [...expected.keys()]
        .filter((key) => key.startsWith('gradient.'))
        .map((key) => key.slice(9))
        .sort(),
    );
  });

  test('takes images of other sizes where the file does', async () => {
    const wide = expected.get('wide');
    expect(backbone.fixedSide).toBe(wide ? undefined : expected.get('image')!.shape[3]);
    if (!wide) return;
    const { embedding } = await compute(backbone, wide);
    expect(largestDifference(embedding!, expected.get('wide.embedding')!)).toBeLessThan(1e-5);
  });

  test('is the same model after it was written and read again', async () => {
    const graph = new Graph();
    const side = backbone.fixedSide;
    const image = graph.input('image', 'float32', ['batch', 3, side ?? 'height', side ?? 'width']);
    const values = Object.fromEntries([...backbone.model.initializers].map(([own, tensor]) => [`visual.${own}`, tensor]));
    const parameters = new Parameters(graph, values);
    graph.output('embedding', backbone.embed({ graph, parameters, normalization: 'running' }, image));
    const path = join(folder, `${name}-again.onnx`);
    await writeFile(path, encodeOnnx(graph));
    const { embedding } = await compute(await openOnnxBackbone(path, asTheyAre), expected.get('image')!);
    expect(largestDifference(embedding!, expected.get('embedding')!)).toBeLessThan(1e-5);
  });
});

describe('parameters of a file', () => {
  test('are its weights; statistics are buffers, and only matrices and filters decay', async () => {
    const { embed } = await openOnnxBackbone(golden('onnx_resnet.onnx'), asTheyAre);
    const graph = new Graph();
    const parameters = new Parameters(graph, 'inputs');
    embed({ graph, parameters, normalization: 'running' }, graph.input('image', 'float32', ['batch', 3, 'height', 'width']));
    const specs = [...parameters.specs.values()];
    const named = (part: (spec: (typeof specs)[number]) => boolean): string[] =>
      specs.filter(part).map(({ name }) => name.slice('visual.'.length));
    expect(named(({ role }) => role === 'buffer').every((name) => /running_(mean|var)$/.test(name))).toBe(true);
    expect(named(({ role }) => role === 'buffer')).toHaveLength(8);
    expect(named(({ weightDecay }) => weightDecay).sort()).toEqual(
      ['0.weight', '4.conv1.weight', '4.conv2.weight', '4.downsample.0.weight', '7.weight'].sort(),
    );
  });

  test('have parts by the first word of their names', async () => {
    const { parts } = await openOnnxBackbone(golden('onnx_resnet.onnx'), asTheyAre);
    expect(Object.keys(parts)).toEqual(['0', '1', '4', '7']);
    expect(parts['4']!.test('visual.4.bn1.weight')).toBe(true);
    expect(parts['4']!.test('visual.41.weight')).toBe(false);
  });
});

test('a file in half precision is computed and trained in float32', async () => {
  const { tensors } = await readSafetensors(golden('onnx_resnet.safetensors'));
  const { model, embed } = await openOnnxBackbone(golden('onnx_resnet.onnx'), asTheyAre);
  const graph = new Graph();
  const values = Object.fromEntries([...model.initializers].map(([own, tensor]) => [`visual.${own}`, tensor]));
  const pixels = graph.input('image', 'float32', ['batch', 3, 'height', 'width']);
  const embedded = embed({ graph, parameters: new Parameters(graph, values), normalization: 'running' }, pixels);
  graph.output('embedding', embedded);
  const half = inHalfPrecision({ graph, known: new Map(), kept: new Set() });
  expect([...half.allConstants()].map(([, { dataType }]) => dataType)).toContain('float16');
  const path = join(folder, 'half.onnx');
  await writeFile(path, encodeOnnx(half));
  const { embedding } = await compute(await openOnnxBackbone(path, asTheyAre), tensors.get('image')!);
  expect(relativeDistance(embedding!.data as Float32Array, tensors.get('embedding')!.data as Float32Array)).toBeLessThan(2e-3);
});

describe('files that cannot be used', () => {
  test('name an unknown operator and its node', async () => {
    const path = await changed('onnx_resnet.onnx', ({ graph }) => {
      const node = graph!.node!.find(({ opType }) => opType === 'MaxPool')!;
      node.opType = 'LpPool';
      node.name = '/3/LpPool';
    });
    await expect(openOnnxBackbone(path, asTheyAre)).rejects.toThrow(
      /changed\.onnx cannot be used: the node "\/3\/LpPool" \(LpPool\): the operator LpPool is not supported/,
    );
  });

  test('name an attribute that is not supported', async () => {
    const path = await changed('onnx_resnet.onnx', ({ graph }) => {
      const { AttributeType } = onnx.AttributeProto;
      graph!
        .node!.find(({ opType }) => opType === 'MaxPool')!
        .attribute!.push(onnx.AttributeProto.create({ name: 'storage_order', type: AttributeType.INT, i: 1 }));
    });
    await expect(openOnnxBackbone(path, asTheyAre)).rejects.toThrow(/MaxPool.*attribute storage_order is 1, supported is only 0/);
  });

  test('are quantised ones, and models that score', async () => {
    const cannotBeTrained = /quantized numbers \(int8\), which cannot be trained: give the model in float32 or float16/;
    const eightBits = await changed('onnx_resnet.onnx', ({ graph }) => {
      const tensor = graph!.initializer!.find(({ name }) => name === '7.weight')!;
      tensor.dataType = onnxDataTypes.int8;
      tensor.rawData = tensor.rawData!.slice(0, tensor.rawData!.length / 4);
    });
    await expect(openOnnxBackbone(eightBits, asTheyAre)).rejects.toThrow(cannotBeTrained);
    const dynamic = await changed('onnx_resnet.onnx', ({ graph }) => {
      graph!.node!.find(({ opType }) => opType === 'MaxPool')!.opType = 'DynamicQuantizeLinear';
    });
    await expect(openOnnxBackbone(dynamic, asTheyAre)).rejects.toThrow(cannotBeTrained);
    await writeRandomModel(folder);
    const scoring = openOnnxBackbone(join(folder, 'model.onnx'), asTheyAre);
    await expect(scoring).rejects.toThrow(/model\.onnx is a model that was exported to score images.*--init NAME/);
  });

  test('say which operator sets are supported, which outputs there are, and what was expected', async () => {
    const old = await changed('onnx_resnet.onnx', (model) => {
      model.opsetImport![0]!.version = 9;
    });
    await expect(openOnnxBackbone(old, asTheyAre)).rejects.toThrow(/operator set is 9, supported are 11 to 24/);
    const resnet = golden('onnx_resnet.onnx');
    await expect(openOnnxBackbone(resnet, { ...asTheyAre, output: 'embeding' })).rejects.toThrow(/no output "embeding", only embedding/);
    await expect(openOnnxBackbone(golden('onnx_encoders.py'), asTheyAre)).rejects.toThrow(/is not an ONNX model that can be read/);
    await expect(openOnnxBackbone(golden('absent.onnx'), asTheyAre)).rejects.toThrow(/absent\.onnx/);
  });

  test('whose only output is no embedding say what it is, and what to export', async () => {
    const path = await changed('onnx_resnet.onnx', ({ graph }) => {
      const { attribute: _, ...pool } = graph!.node!.find(({ opType }) => opType === 'MaxPool')!;
      graph!.output = [onnx.ValueInfoProto.create({ name: pool.output![0]!, type: graph!.output![0]!.type! })];
    });
    await expect(openOnnxBackbone(path, asTheyAre)).rejects.toThrow(
      /its output \S+ is float32 \[.*\], expected float32 \[N, embedding\]\. Average it to one vector an image, and export that\.$/,
    );
  });

  test('are refused or read when they are cut or bits of them flip, whatever it is', async () => {
    const bytes = await readFile(golden('onnx_vision_transformer.onnx'));
    const path = join(folder, 'damaged.onnx');
    const open = async (damaged: Uint8Array): Promise<void> => {
      await writeFile(path, damaged);
      await openOnnxBackbone(path, asTheyAre).catch((error) => expect(error).toBeInstanceOf(UserError));
    };
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => open(bytes.subarray(0, length))),
      { numRuns: 15 },
    );
    // flips in weights change nothing: those in front of the initializers do
    const structure = bytes.lastIndexOf('conv_proj.weight');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(8 * structure - 1), { minLength: 1, maxLength: 3 }), async (bits) => {
        const damaged = Uint8Array.from(bytes);
        for (const bit of bits) damaged[bit >> 3]! ^= 1 << (bit & 7);
        await open(damaged);
      }),
      { numRuns: 60 },
    );
  });
});

describe('external data', () => {
  const external = (location: string, offset: number) => (model: ModelProto) => {
    const tensor = model.graph!.initializer!.find(({ name }) => name === '7.weight')!;
    tensor.rawData = new Uint8Array();
    tensor.dataLocation = 1;
    tensor.externalData = [
      { key: 'location', value: location },
      { key: 'offset', value: String(offset) },
      { key: 'length', value: '288' },
    ];
  };

  test('is read by offset from files beside the model', async () => {
    const { tensors } = await readSafetensors(golden('onnx_resnet.safetensors'));
    const { data } = tensors.get('value.7.weight')!;
    await writeFile(
      join(folder, 'weights.data'),
      Buffer.concat([Buffer.alloc(64), Buffer.from(data.buffer, data.byteOffset, data.byteLength)]),
    );
    const backbone = await openOnnxBackbone(await changed('onnx_resnet.onnx', external('weights.data', 64)), asTheyAre);
    expect(backbone.model.externalFiles).toEqual(['weights.data']);
    expect(backbone.model.initializers.get('7.weight')!.data).toEqual(data);
    await expect(openOnnxBackbone(await changed('onnx_resnet.onnx', external('weights.data', 65)), asTheyAre)).rejects.toThrow(
      /has 352 bytes/,
    );
  });

  test.each([
    '../weights.data',
    '/etc/passwd',
    'a/../../weights.data',
    String.raw`..\weights.data`,
    '',
  ])('is not read from %j', async (location) => {
    await expect(openOnnxBackbone(await changed('onnx_resnet.onnx', external(location, 0)), asTheyAre)).rejects.toThrow(
      /outside its folder/,
    );
  });
});
