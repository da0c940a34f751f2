/** Resize of files: repeated pixels and PyTorch's cubic interpolation are an operator, every other kind is a product with matrices. */
import type { Graph } from '../../graph.js';
import { cubicCoefficient, type Interpolation, interpolationMatrix } from '../../interpolation.js';
import { nearestResize } from '../../operators/resize.js';
import { type Dimension, fixedShape, formatShape, normalizeAxis, type Value } from '../../value.js';
import type { ReadNode } from '../read-node.js';
import { requireSmallConstant } from '../reading-limits.js';

const modes = ['nearest', 'linear', 'cubic'] as const;
const positions = ['half_pixel', 'half_pixel_symmetric', 'pytorch_half_pixel', 'align_corners', 'asymmetric'] as const;
const roundings = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'] as const;
/** By which a size that a scale gives may miss a whole number: scales are rounded to 24 bits. */
const tolerance = 1e-3;

/** What `nearestResize` says. */
const repetition: Interpolation = { mode: 'nearest', positions: 'asymmetric', nearest: 'floor' };
const cubicResize = { mode: 'cubic', coordinate_transformation_mode: 'half_pixel' } as const;

interface NewSizes {
  readonly sizes: readonly Dimension[];
  /** New samples for each old one, where the file says so. */
  readonly scales?: readonly number[];
}

/** Of the last two axes; an embedding that is resized to the size that it has already stays as it is. */
export function resize(node: ReadNode): Value {
  const { graph } = node;
  const x = node.input(0);
  const how = interpolationOf(node);
  const { sizes, scales } = newSizes(node, x);
  const changed = x.shape.flatMap((size, axis) => (size === sizes[axis] ? [] : [axis]));
  if (changed.length === 0) return x;
  if (changed.some((axis) => axis < x.shape.length - 2))
    throw new Error(`only the last two axes of ${formatShape(x.shape)} can be resized, received the sizes ${formatShape(sizes)}`);
  const isImage = x.shape.length === 4;
  const { smooths, excludesOutside, coefficient } = how;
  const isUsual =
    how.mode === 'cubic' && how.positions === 'half_pixel' && coefficient === cubicCoefficient && !smooths && !excludesOutside;
  if (isImage && isUsual && !scales) return graph.add('Resize', [x, null, null, sizesValue(graph, x, sizes)], cubicResize);
  const matrices = changed.map((axis) => {
    const [from, to] = fixedShape([x.shape[axis]!, sizes[axis]!], 'Resize') as [number, number];
    if (!(to >= 1)) throw new Error(`the size ${to} is not supported`);
    requireSmallConstant([to, from]);
    const weights = interpolationMatrix(from, to, { ...how, ...(scales && { scale: scales[axis]! }) });
    const repeated = interpolationMatrix(from, to, repetition);
    const isRepetition = to % from === 0 && weights.every((weight, index) => weight === repeated[index]);
    return { axis, from, to, weights, isRepetition };
  });
  if (isImage && matrices.every(({ isRepetition }) => isRepetition))
    return graph.add('Resize', [x, null, null, sizesValue(graph, x, sizes)], nearestResize);
  return matrices.reduce<Value>((value, { axis, from, to, weights }) => {
    const matrix = graph.numbers('float32', Array.from(weights), [to, from]);
    if (axis === x.shape.length - 2) return graph.add('MatMul', [matrix, value]);
    return graph.add('MatMul', [value, graph.add('Transpose', [matrix], { perm: [1, 0] })]);
  }, x);
}

function interpolationOf(node: ReadNode): Interpolation {
  const oneOf = <T extends string>(name: string, supported: readonly T[]): T => {
    node.require(name, ...supported);
    return (node.attribute(name) as T | undefined) ?? supported[0]!;
  };
  node.pass('extrapolation_value');
  node.require('keep_aspect_ratio_policy', 'stretch');
  return {
    mode: oneOf('mode', modes),
    positions: oneOf('coordinate_transformation_mode', positions),
    nearest: oneOf('nearest_mode', roundings),
    coefficient: node.number('cubic_coeff_a', cubicCoefficient),
    excludesOutside: node.number('exclude_outside', 0) === 1,
    smooths: node.number('antialias', 0) === 1,
  };
}

/** Of all axes; a file may name only those that change. */
function newSizes(node: ReadNode, { shape }: Value): NewSizes {
  const axes = node.numbers('axes')?.map((axis) => normalizeAxis(axis, shape.length)) ?? [...shape.keys()];
  const given = node.optional(3)?.elements;
  if (given) return { sizes: shape.map((size, axis) => (axes.includes(axis) ? given[axes.indexOf(axis)]! : size)) };
  const tensor = node.graph.constantOf(node.input(2));
  if (!tensor) throw new Error('its sizes or scales must not depend on the image');
  const scales = shape.map((_, axis) => (axes.includes(axis) ? Number(tensor.data[axes.indexOf(axis)]) : 1));
  const sizes = shape.map((size, axis) => (scales[axis] === 1 ? size : scaled(size, scales[axis]!)));
  const areWhole = shape.every(
    (size, axis) => size === sizes[axis] || Math.abs(Number(size) * scales[axis]! - Number(sizes[axis])) <= tolerance,
  );
  return areWhole ? { sizes } : { sizes, scales };
}

/** Rounded down, but for the error of the scale. */
function scaled(dimension: Dimension, scale: number): number {
  const [size] = fixedShape([dimension], 'Resize') as [number];
  return Math.floor(size * scale + tolerance);
}

/** Sizes of which some are known only when the graph runs: those of `x`, but for the last two. */
function sizesValue(graph: Graph, x: Value, sizes: readonly Dimension[]): Value {
  if (sizes.every((size) => typeof size === 'number')) return graph.integers(...(sizes as number[]));
  const own = graph.add('Slice', [graph.add('Shape', [x]), graph.integers(0), graph.integers(-2), graph.integers(0)]);
  return graph.add('Concat', [own, graph.integers(...fixedShape(sizes.slice(-2), 'Resize'))], { axis: 0 });
}
