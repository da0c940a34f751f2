import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differentiate } from '#antonym/graph/differentiate.js';
import { Graph } from '#antonym/graph/graph.js';
import type { Value } from '#antonym/graph/value.js';
import { elementCount, type TensorData } from '#antonym/tensors/tensor-data.js';
import { compile } from './run-graph.js';

const float64 = (shape: number[], values: readonly number[]): TensorData => ({
  dataType: 'float64',
  shape,
  data: Float64Array.from(values),
});

const sumOf = (graph: Graph, value: Value): Value => graph.add('ReduceSum', [value], { keepdims: 0 });

/** The gradients of `build(graph, ...inputs)`, a scalar, with respect to all inputs at a point. */
async function gradientsAt(
  point: Record<string, TensorData>,
  build: (graph: Graph, ...inputs: Value[]) => Value,
): Promise<Record<string, number[]>> {
  const graph = new Graph();
  const inputs = Object.entries(point).map(([name, { dataType, shape }]) => graph.input(name, dataType, shape));
  const gradients = differentiate(graph, build(graph, ...inputs), inputs);
  gradients.forEach((gradient, index) => {
    expect(gradient.shape).toEqual(inputs[index]!.shape);
    graph.output(`gradient_${index}`, gradient);
  });
  // an input that no gradient needs must stay an input of the file, so that it can be fed
  const results = await (await compile(graph))(point);
  return Object.fromEntries(
    Object.keys(point).map((name, index) => [name, Array.from(results[`gradient_${index}`]!.data as Float64Array)]),
  );
}

describe('differentiate', () => {
  test('sums over what broadcasting repeated', async () => {
    const point = { a: float64([2, 1, 3], [1, 2, 3, 4, 5, 6]), b: float64([4, 1], [1, 10, 100, 1000]), c: float64([], [7]) };
    const { a, b, c } = await gradientsAt(point, (graph, x, y, z) => sumOf(graph, graph.add('Mul', [graph.add('Mul', [x!, y!]), z!])));
    expect(a).toEqual(Array(6).fill(7 * 1111));
    expect(b).toEqual(Array(4).fill(7 * 21));
    expect(c).toEqual([21 * 1111]);
  });

  test('adds up the uses of a value', async () => {
    // x^2 + 3 x + x y
    const { x, y } = await gradientsAt({ x: float64([2], [2, 5]), y: float64([2], [11, 13]) }, (graph, x, y) => {
      const terms = [graph.add('Mul', [x!, x!]), graph.add('Mul', [x!, 3]), graph.add('Mul', [x!, y!])];
      return sumOf(
        graph,
        terms.reduce((sum, term) => graph.add('Add', [sum, term])),
      );
    });
    expect(x).toEqual([2 * 2 + 3 + 11, 2 * 5 + 3 + 13]);
    expect(y).toEqual([2, 5]);
  });

  test('passes through Relu in float32 where it is positive, however little', async () => {
    const values = Float32Array.of(-2, -1e-38, 0, 1.1754944e-38, 1e-30, 0.1, 3e38);
    const point: Record<string, TensorData> = { x: { dataType: 'float32', shape: [7], data: values } };
    const { x } = await gradientsAt(point, (graph, x) => sumOf(graph, graph.add('Mul', [graph.add('Relu', [x!]), 5])));
    expect(x).toEqual([0, 0, 0, 5, 5, 5, 5]);
  });

  test('adds up the uses of a value that a shared node hides', async () => {
    // equal nodes are one node: (e^x) (e^x) must still count both factors
    const { x } = await gradientsAt({ x: float64([1], [0.5]) }, (graph, x) =>
      sumOf(graph, graph.add('Mul', [graph.add('Exp', [x!]), graph.add('Exp', [x!])])),
    );
    expect(x![0]).toBeCloseTo(2 * Math.E, 12);
  });

  test('gives zeros for a value on which the loss does not depend', async () => {
    const { x, unused } = await gradientsAt({ x: float64([2], [1, 2]), unused: float64([2, 3], [1, 2, 3, 4, 5, 6]) }, (graph, x) =>
      sumOf(graph, x!),
    );
    expect(x).toEqual([1, 1]);
    expect(unused).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('differentiates with respect to values inside the graph and to the loss itself', async () => {
    const graph = new Graph();
    const x = graph.input('x', 'float64', [2]);
    const inner = graph.add('Exp', [x]);
    const loss = sumOf(graph, graph.add('Mul', [inner, inner]));
    const [ofInner, ofLoss] = differentiate(graph, loss, [inner, loss]);
    graph.output('inner', ofInner!);
    graph.output('loss', ofLoss!);
    const results = await (await compile(graph))({ x: float64([2], [0, Math.log(3)]) });
    expect(Array.from(results.inner!.data, Number)[1]).toBeCloseTo(6, 12);
    expect(Array.from(results.loss!.data, Number)).toEqual([1]);
  });

  test('ends silently at integers, comparisons and signs', async () => {
    const { x } = await gradientsAt({ x: float64([3], [-2, 0.5, 4]) }, (graph, x) => {
      const positive = graph.add('Cast', [graph.add('Greater', [x!, 0])], { to: 11 });
      const whole = graph.add('Cast', [graph.add('Cast', [x!], { to: 7 })], { to: 11 });
      const terms = [positive, whole, graph.add('Sign', [x!]), graph.add('Mul', [x!, 2])];
      return sumOf(
        graph,
        terms.reduce((sum, term) => graph.add('Add', [sum, term])),
      );
    });
    expect(x).toEqual([2, 2, 2]);
  });

  test('refuses what it cannot differentiate, naming operator and input', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2]);
    const loss = sumOf(graph, graph.add('Min', [x, graph.numbers('float32', 1)]));
    expect(() => differentiate(graph, loss, [x])).toThrow('Min cannot be differentiated with respect to its input data');
    const stepped = sumOf(graph, graph.add('Slice', [x, graph.integers(1), graph.integers(-3), graph.integers(0), graph.integers(-1)]));
    expect(() => differentiate(graph, stepped, [x])).toThrow(
      /^gradient of Slice \(slice_1\) with respect to data: .*step -1 is not implemented$/,
    );
    const free = graph.input('free', 'float32', ['batch']);
    const mean = graph.add('ReduceMean', [free], { keepdims: 0 });
    expect(() => differentiate(graph, mean, [free])).toThrow(/^gradient of ReduceMean .* needs a fixed shape, received \[batch\]$/);
  });

  test('does not ask for rules that the wanted gradients do not need', () => {
    const graph = new Graph();
    const [x, y] = [graph.input('x', 'float32', [2]), graph.input('y', 'float32', [2])];
    const loss = sumOf(graph, graph.add('Mul', [graph.add('Min', [x, graph.numbers('float32', 1)]), y]));
    expect(differentiate(graph, loss, [y])).toHaveLength(1);
  });

  test('refuses a loss that is no floating-point scalar', () => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [2]);
    expect(() => differentiate(graph, x, [x])).toThrow('x must be a floating-point scalar to be differentiated');
    const vector = graph.add('ReduceSum', [x, graph.integers(0)]);
    expect(() => differentiate(graph, vector, [x])).toThrow(/must be a floating-point scalar/);
    const whole = graph.add('Cast', [sumOf(graph, x)], { to: 7 });
    expect(() => differentiate(graph, whole, [x])).toThrow(/must be a floating-point scalar/);
  });

  test('is linear: the gradient of a f + b g is a times that of f plus b times that of g', async () => {
    const functions: Record<string, (graph: Graph, x: Value) => Value> = {
      squares: (graph, x) => graph.add('ReduceSumSquare', [x], { keepdims: 0 }),
      softmax: (graph, x) => sumOf(graph, graph.add('Mul', [graph.add('Softmax', [x], { axis: -1 }), x])),
      mean: (graph, x) => graph.add('ReduceMean', [graph.add('Exp', [x])], { keepdims: 0 }),
      product: (graph, x) => sumOf(graph, graph.add('MatMul', [x, graph.add('Transpose', [x], { perm: [1, 0] })])),
      slice: (graph, x) => sumOf(graph, graph.add('Abs', [graph.add('Slice', [x, graph.integers(1), graph.integers(3)])])),
      columns: (graph, x) => sumOf(graph, graph.add('Div', [graph.add('ReduceSum', [x, graph.integers(0)]), 3])),
    };
    const name = fc.constantFrom(...Object.keys(functions));
    const number = fc.double({ min: -2, max: 2, noNaN: true });
    await fc.assert(
      fc.asyncProperty(name, name, number, number, fc.array(number, { minLength: 12, maxLength: 12 }), async (f, g, a, b, values) => {
        const point = { x: float64([3, 4], values) };
        const single = async (function_: string) => (await gradientsAt(point, (graph, x) => functions[function_]!(graph, x!))).x!;
        const { x: combined } = await gradientsAt(point, (graph, x) =>
          graph.add('Add', [graph.add('Mul', [functions[f]!(graph, x!), a]), graph.add('Mul', [functions[g]!(graph, x!), b])]),
        );
        const [first, second] = [await single(f), await single(g)];
        for (let index = 0; index < elementCount([3, 4]); index++) {
          const expected = a * first[index]! + b * second[index]!;
          expect(Math.abs(combined![index]! - expected)).toBeLessThan(
            1e-12 * (1 + Math.abs(a * first[index]!) + Math.abs(b * second[index]!)) * 10,
          );
        }
      }),
      { numRuns: 25 },
    );
  });
});
