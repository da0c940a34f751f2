/** Slice: a range of some axes (inputs: data, starts, ends, axes, steps), with the clamping rules of ONNX. */
import type { Graph } from '../graph.js';
import type { NodeContext, Operator } from '../operator.js';
import { notDifferentiable, stopsGradient } from '../operator.js';
import { type Dimension, fixedShape, normalizeAxis, type Value } from '../value.js';

/** As exporters write the end of an axis. */
const anyEnd = 2 ** 31 - 1;

interface Range {
  axis: number;
  start: number;
  step: number;
  count: number;
}

export const slice: Operator = {
  half: 'keep',
  inFiles: 'same',
  inputs: [
    // dx = dy surrounded by zeros, and with zeros between its elements where the step left some out
    {
      name: 'data',
      gradient: (node) => {
        const { graph } = node;
        const shape = fixedShape(node.input(0).shape, 'the gradient of Slice');
        const before = shape.map(() => 0);
        const after = shape.map(() => 0);
        let spread = node.gradient;
        for (const { axis, start, step, count } of slicedRanges(node)) {
          if (step < 1) throw new Error(`the gradient of Slice with step ${step} is not implemented`);
          spread = withZerosBetween(graph, spread, axis, step);
          before[axis] = start;
          after[axis] = shape[axis]! - start - ((count - 1) * step + 1);
        }
        return graph.add('Pad', [spread, graph.integers(...before, ...after)]);
      },
    },
    { name: 'starts', gradient: stopsGradient },
    { name: 'ends', gradient: stopsGradient },
    { name: 'axes', gradient: stopsGradient, optional: true },
    { name: 'steps', gradient: notDifferentiable, optional: true },
  ],
  infer: (node) => {
    const { dataType, shape } = node.input(0);
    const sizes: Dimension[] = [...shape];
    const sliced = slicedRanges(node);
    for (const { axis, count } of sliced) sizes[axis] = count;
    return { dataType, shape: sizes, elements: slicedElements(node.input(0), sliced) };
  },
};

/** The slice of a vector, or of the rows of a matrix. */
function slicedElements({ shape, elements }: Value, ranges: readonly Range[]): Dimension[] | undefined {
  if (!elements || shape.length === 0 || ranges.some(({ axis }) => axis !== 0)) return undefined;
  const width = shape.length === 1 ? 1 : Number(shape[1]);
  const { start, count, step } = ranges[0] ?? { start: 0, count: elements.length / width, step: 1 };
  const rows = Array.from({ length: count }, (_, index) => (start + index * step) * width);
  return rows.flatMap((row) => elements.slice(row, row + width));
}

/** step - 1 zeros after every element along an axis but the last. */
function withZerosBetween(graph: Graph, value: Value, axis: number, step: number): Value {
  if (step === 1) return value;
  const shape = fixedShape(value.shape, 'the gradient of Slice');
  const [front, back] = [shape.slice(0, axis + 1), shape.slice(axis + 1)];
  const apart = graph.add('Reshape', [value, graph.integers(...front, 1, ...back)]);
  const padding = [...front, 1, ...back].map((_, index) => (index === axis + 1 ? step - 1 : 0));
  const padded = graph.add('Pad', [apart, graph.integers(...padding.map(() => 0), ...padding)]);
  const length = shape[axis]! * step;
  const joined = graph.add('Reshape', [padded, graph.integers(...shape.slice(0, axis), length, ...back)]);
  return graph.add('Slice', [joined, graph.integers(0), graph.integers(length - step + 1), graph.integers(axis)]);
}

export function slicedRanges(node: NodeContext): Range[] {
  const { shape } = node.input(0);
  const starts = node.knownIntegers(1);
  const ends = node.knownIntegers(2);
  const axes = node.optionalInput(3) ? node.knownIntegers(3) : starts.map((_, axis) => axis);
  const steps = node.optionalInput(4) ? node.knownIntegers(4) : starts.map(() => 1);
  return starts.flatMap((from, index): Range[] => {
    const axis = normalizeAxis(axes[index]!, shape.length);
    // the whole axis, however long
    if (from === 0 && ends[index]! >= anyEnd && (steps[index] ?? 1) === 1) return [];
    const size = fixedShape([shape[axis]!], 'a sliced axis')[0]!;
    const step = steps[index]!;
    if (step === 0) throw new Error('a step must not be 0');
    const inside = (position: number): number => (position < 0 ? position + size : position);
    const start = step > 0 ? clamp(inside(from), 0, size) : clamp(inside(from), 0, size - 1);
    const end = step > 0 ? clamp(inside(ends[index]!), 0, size) : clamp(inside(ends[index]!), -1, size - 1);
    return [{ axis, start, step, count: Math.max(0, Math.ceil((end - start) / step)) }];
  });
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
