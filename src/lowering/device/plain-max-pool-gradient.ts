/** Rewrites a finished graph for devices: ONNX Runtime's MaxPool for WebGPU does not say where the largest values lie. */
import type { Graph } from '../../graph/graph.js';
import { type Node, NodeContext } from '../../graph/operator.js';
import { fixedShape, type Value } from '../../graph/value.js';
import { onnxDataTypes } from '../../tensors/onnx-data-types.js';
import { rewriteNodes } from '../rewrite-nodes.js';

/** An equal graph in which the gradient of MaxPool compares values with the largest of their windows instead of asking for places. */
export function plainMaxPoolGradient(source: Graph): Graph {
  return rewriteNodes(source, (target, node, copyOf) => {
    const pool = poolOf(node);
    if (!pool) return undefined;
    const dy = node.inputs[2]!.producer!.inputs[0]!;
    const [x, y, gradient] = [pool.inputs[0]!, pool.outputs[0]!, dy].map(copyOf) as [Value, Value, Value];
    return [target.add('Reshape', [gradientOf(target, pool, { x, y, gradient }), target.integers(-1)])];
  });
}

/** The MaxPool whose gradient a node scatters by places, as the rule of MaxPool adds it. */
function poolOf({ operator, inputs }: Node): Node | undefined {
  const places = operator === 'ScatterND' ? inputs[1]!.producer : undefined;
  const found = places?.operator === 'Reshape' ? places.inputs[0]! : undefined;
  const pool = found?.producer;
  return pool?.operator === 'MaxPool' && found === pool.outputs[1] ? pool : undefined;
}

interface Images {
  /** [N, C, H, W] */
  readonly x: Value;
  /** The largest values of windows, [N, C, h, w]. */
  readonly y: Value;
  /** The gradient of y. */
  readonly gradient: Value;
}

/**
 * dx = sum over the places of a window, in order: the dy of those windows whose first largest value lies there. Places that are a stride apart fall on
 * each other in a window's neighbors: x is divided into its phases, one for each place up to a stride, whose pixels count windows.
 */
function gradientOf(graph: Graph, pool: Node, { x, y, gradient }: Images): Value {
  const context = new NodeContext(pool.inputs, pool.attributes, () => undefined);
  const [kernel, strides] = [context.integers('kernel_shape', []), context.integers('strides', [1, 1])];
  const [top, left] = context.integers('pads', [0, 0, 0, 0]) as [number, number];
  const [images, channels, ...size] = fixedShape(x.shape, 'the gradient of MaxPool') as [number, number, number, number];
  const windows = fixedShape(y.shape, 'the gradient of MaxPool').slice(2);
  const before = [top, left];
  const [rows, columns] = [0, 1].map((axis) =>
    Math.max(Math.ceil((before[axis]! + size[axis]!) / strides[axis]!), windows[axis]! + Math.floor((kernel[axis]! - 1) / strides[axis]!)),
  ) as [number, number];
  const [down, across] = strides as [number, number];
  const after = [rows * down - top - size[0]!, columns * across - left - size[1]!];
  const padded = graph.add('Pad', [x, graph.integers(0, 0, top, left, 0, 0, ...after)]);
  const apart = graph.add('Reshape', [padded, graph.integers(images * channels, rows, down, columns, across)]);
  const phases = graph.add('Reshape', [
    graph.add('Transpose', [apart], { perm: [2, 4, 0, 1, 3] }),
    graph.integers(down * across, images, channels, rows, columns),
  ]);

  const sums = new Map<number, Value>();
  let taken: Value | undefined;
  for (let row = 0; row < kernel[0]!; row++) {
    for (let column = 0; column < kernel[1]!; column++) {
      const phase = (row % down) * across + (column % across);
      const [below, right] = [Math.floor(row / down), Math.floor(column / across)];
      const starts = graph.integers(phase, below, right);
      const ends = graph.integers(phase + 1, below + windows[0]!, right + windows[1]!);
      const part = graph.add('Slice', [phases, starts, ends, graph.integers(0, 3, 4)]);
      const values = graph.add('Reshape', [part, graph.integers(images, channels, ...windows)]);
      const equal = graph.add('Cast', [graph.add('Equal', [values, y])], { to: onnxDataTypes[gradient.dataType] });
      const inside = insideOf(graph, gradient, [row, column], { windows, strides, before, size });
      const largest = inside ? graph.add('Mul', [equal, inside]) : equal;
      const first = taken ? graph.add('Mul', [largest, graph.add('Sub', [graph.numbers(gradient.dataType, 1), taken])]) : largest;
      taken = taken ? graph.add('Add', [taken, first]) : first;
      const pads = graph.integers(0, 0, below, right, 0, 0, rows - below - windows[0]!, columns - right - windows[1]!);
      const placed = graph.add('Pad', [graph.add('Mul', [first, gradient]), pads]);
      sums.set(phase, sums.has(phase) ? graph.add('Add', [sums.get(phase)!, placed]) : placed);
    }
  }
  const plane = graph.integers(1, images * channels, rows, columns);
  const zeros = (): Value =>
    graph.numbers(gradient.dataType, new Array(images * channels * rows * columns).fill(0), [1, images * channels, rows, columns]);
  const planes = Array.from({ length: down * across }, (_, phase) => {
    const sum = sums.get(phase);
    return sum ? graph.add('Reshape', [sum, plane]) : zeros();
  });
  const joined = graph.add('Reshape', [
    graph.add('Concat', planes, { axis: 0 }),
    graph.integers(down, across, images * channels, rows, columns),
  ]);
  const whole = graph.add('Reshape', [
    graph.add('Transpose', [joined], { perm: [2, 3, 0, 4, 1] }),
    graph.integers(images, channels, rows * down, columns * across),
  ]);
  const far = graph.integers(top + size[0]!, left + size[1]!);
  return graph.add('Slice', [whole, graph.integers(top, left), far, graph.integers(2, 3)]);
}

/** 1 for windows whose place lies in the image and 0 where it lies in the padding, [h, w]; undefined where all do. */
function insideOf(
  graph: Graph,
  { dataType }: Value,
  place: readonly number[],
  { windows, strides, before, size }: Readonly<Record<'windows' | 'strides' | 'before' | 'size', readonly number[]>>,
): Value | undefined {
  const [inRows, inColumns] = [0, 1].map((axis) =>
    Array.from({ length: windows[axis]! }, (_, index) => {
      const pixel = index * strides[axis]! + place[axis]! - before[axis]!;
      return pixel >= 0 && pixel < size[axis]! ? 1 : 0;
    }),
  ) as [number[], number[]];
  if (inRows.every((inside) => inside === 1) && inColumns.every((inside) => inside === 1)) return undefined;
  return graph.numbers(
    dataType,
    inRows.flatMap((row) => inColumns.map((column) => row * column)),
    windows,
  );
}
