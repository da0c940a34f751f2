import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { differentiate } from '#antonym/graph/differentiate.js';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { plainBatchNormalization } from '#antonym/lowering/device/plain-batch-normalization.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { randomStream } from '#antonym/support/random.js';
import type { NamedTensors } from '#antonym/tensors/tensor-data.js';
import { elementCount, floatTensor, type TensorData } from '#antonym/tensors/tensor-data.js';

const shapes = { x: [3, 4, 5, 6], scale: [4], bias: [4], mean: [4], variance: [4], weights: [3, 4, 5, 6] };

function drawn(name: string, shape: number[]): TensorData {
  const random = randomStream('plain batch normalization', name);
  return floatTensor(
    shape,
    Float32Array.from({ length: elementCount(shape) }, () => 3 + random.normal()),
  );
}

/** Normalizes, then a weighted sum; outputs everything that training reads: gradients and statistics. */
function normalizing(momentum: number): Graph {
  const graph = new Graph();
  const inputs = Object.entries(shapes).map(([name, shape]) => graph.input(name, 'float32', shape));
  const attributes = { epsilon: 1e-3, momentum, training_mode: 1 };
  const [y, mean, variance] = graph.addAll('BatchNormalization', inputs.slice(0, 5), attributes);
  const loss = graph.add('ReduceSum', [graph.add('Mul', [y!, inputs[5]!])], { keepdims: 0 });
  const outputs = { y: y!, 'running mean': mean!, 'running variance': variance!, loss };
  for (const [name, value] of Object.entries(outputs)) graph.output(name, value);
  for (const [index, gradient] of differentiate(graph, loss, inputs.slice(0, 3)).entries()) graph.output(`gradient ${index}`, gradient);
  return graph;
}

describe('batch normalisation made of plain nodes', () => {
  let thread: SessionThread;

  beforeEach(() => {
    thread = new SessionThread({ threads: 1 });
  });

  afterEach(() => thread.close());

  test.each([0, 0.9])('computes what the operator computes, gradients included, with a momentum of %s', async (momentum) => {
    const feeds: NamedTensors = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, drawn(name, shape)]));
    const own = normalizing(momentum);
    const plain = plainBatchNormalization(own);
    expect(own.nodes.map(({ operator }) => operator)).toContain('BatchNormalization');
    expect(plain.nodes.map(({ operator }) => operator)).not.toContain('BatchNormalization');
    await thread.load('own', encodeOnnx(own));
    await thread.load('plain', encodeOnnx(plain));
    const [expected, found] = [await thread.run('own', feeds), await thread.run('plain', feeds)];
    for (const [name, { data }] of Object.entries(expected)) {
      const [reference, other] = [Array.from(data, Number), Array.from(found[name]!.data, Number)];
      const scale = Math.hypot(...reference);
      expect(scale, name).toBeGreaterThan(1e-3);
      expect(Math.hypot(...reference.map((value, index) => value - other[index]!)) / scale, name).toBeLessThan(1e-4);
    }
  });

  test('leaves other nodes as they are', () => {
    const graph = new Graph();
    const inputs = Object.entries(shapes).map(([name, shape]) => graph.input(name, 'float32', shape));
    graph.output('y', graph.add('BatchNormalization', inputs.slice(0, 5), { epsilon: 1e-3 }));
    expect(plainBatchNormalization(graph).nodes.map(({ operator }) => operator)).toEqual(['BatchNormalization']);
  });
});
