/** Gather: the slices of one axis that an index tensor names. */
import { type GradientContext, type Operator, stopsGradient } from '../operator.js';
import { type Dimension, fixedShape, normalizeAxis, type Value } from '../value.js';

/** @param index along the axis, from the end where it is negative */
function padded({ graph, gradient }: GradientContext, shape: readonly number[], axis: number, index: number): Value {
  const before = shape.map((size, i) => (i === axis ? (index + size) % size : 0));
  const after = shape.map((size, i) => (i === axis ? size - 1 - before[i]! : 0));
  const slice = graph.add('Reshape', [gradient, graph.integers(...shape.map((size, i) => (i === axis ? 1 : size)))]);
  return graph.add('Pad', [slice, graph.integers(...before, ...after)]);
}

export const gather: Operator = {
  half: 'keep',
  inFiles: 'same',
  inputs: [
    // dx[i] = sum of the dy whose index is i; of one index dx = dy surrounded by zeros
    {
      name: 'data',
      gradient: (node) => {
        const { graph, gradient } = node;
        const [data, indices] = [node.input(0), node.input(1)];
        const shape = fixedShape(data.shape, 'the gradient of Gather');
        const axis = normalizeAxis(node.integer('axis', 0), shape.length);
        const rank = indices.shape.length;
        const [only, ...others] = indices.elements ?? [];
        if (typeof only === 'number' && others.length === 0) return padded(node, shape, axis, only);
        // the gathered axis is brought to the front
        const [size] = shape.splice(axis, 1);
        const toFront = gradient.shape.map((_, i) => (i < rank ? axis + i : i < rank + axis ? i - rank : i));
        const updates = axis === 0 ? gradient : graph.add('Transpose', [gradient], { perm: toFront });
        const zeros = graph.add('Expand', [graph.numbers(data.dataType, 0), graph.integers(size!, ...shape)]);
        const rows = graph.add('Reshape', [indices, graph.integers(...fixedShape(indices.shape, 'the gradient of Gather'), 1)]);
        const scattered = graph.add('ScatterND', [zeros, rows, updates], { reduction: 'add' });
        const fromFront = data.shape.map((_, i) => (i < axis ? i + 1 : i === axis ? 0 : i));
        return axis === 0 ? scattered : graph.add('Transpose', [scattered], { perm: fromFront });
      },
    },
    { name: 'indices', gradient: stopsGradient },
  ],
  attributes: { axis: 'int' },
  infer: (node) => {
    const [data, indices] = [node.input(0), node.input(1)];
    if (!['int64', 'int32'].includes(indices.dataType)) throw new Error(`indices must be int64 or int32, received ${indices.dataType}`);
    const axis = normalizeAxis(node.integer('axis', 0), data.shape.length);
    const shape = [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)];
    let elements: Dimension[] | undefined;
    if (data.elements && indices.elements && data.shape.length === 1) {
      const known = data.elements;
      elements = node.knownIntegers(1).map((index) => {
        const element = known.at(index);
        if (element === undefined) throw new Error(`index ${index} lies outside ${known.length} elements`);
        return element;
      });
    }
    return { dataType: data.dataType, shape, elements };
  },
};
