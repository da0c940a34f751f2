/**
 * Resize: [N, C, H, W] to other heights and widths (input 3: all four sizes) by cubic interpolation, as `interpolationMatrix`, or to whole
 * multiples of them by repeating pixels, with the attributes `nearestResize`; or bilinearly, with `linearResize`, which no gradient passes.
 */
import { cubicCoefficient, interpolationMatrix } from '../interpolation.js';
import type { GradientContext, NodeContext, Operator } from '../operator.js';
import { notDifferentiable, stopsGradient } from '../operator.js';
import { requireRank } from '../shape-rules.js';
import { type Dimension, fixedShape, formatShape, type Value } from '../value.js';

/** Of the matrix of a gradient: 4096 pixels resized to as many. */
const mostWeights = 2 ** 24;

export const nearestResize = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' } as const;

/** Bilinear interpolation at half-pixel centers, without smoothing. */
export const linearResize = { mode: 'linear', coordinate_transformation_mode: 'half_pixel' } as const;

export const resize: Operator = {
  // repeated pixels are moved, not interpolated
  half: ({ mode }) => (mode === nearestResize.mode ? 'keep' : 'never'),
  inFiles: 'rewritten',
  inputs: [
    // y = R x C^T with the weights of rows R and of columns C: dx = R^T dy C. Of repeated pixels: the sum over the copies of each
    {
      name: 'X',
      gradient: (node) => {
        if (isNearest(node)) {
          const copies = node.output.shape.slice(2).map((size, axis) => (size as number) / (node.input(0).shape[axis + 2] as number));
          const mean = node.graph.add('AveragePool', [node.gradient], { kernel_shape: copies, strides: copies });
          return node.graph.add('Mul', [mean, copies[0]! * copies[1]!]);
        }
        requireCubic(node);
        const rows = node.graph.add('Transpose', [interpolation(node, 2)], { perm: [1, 0] });
        return node.graph.add('MatMul', [node.graph.add('MatMul', [rows, node.gradient]), interpolation(node, 3)]);
      },
    },
    { name: 'roi', gradient: stopsGradient, optional: true },
    { name: 'scales', gradient: notDifferentiable, optional: true },
    { name: 'sizes', gradient: stopsGradient },
  ],
  attributes: { mode: 'string', coordinate_transformation_mode: 'string', nearest_mode: 'string', cubic_coeff_a: 'float' },
  infer: (node) => {
    const x = node.input(0);
    const sizes = node.input(3).elements;
    requireRank(x, 4);
    if (!isNearest(node) && !isLinear(node)) requireCubic(node);
    if (!sizes) throw new Error(`the sizes (${node.input(3).name}) must be known while building the graph`);
    if (sizes.length !== 4 || sizes[0] !== x.shape[0] || sizes[1] !== x.shape[1]) {
      throw new Error(`only height and width of ${formatShape(x.shape)} can be resized, received the sizes ${formatShape(sizes)}`);
    }
    const isMultiple = (size: Dimension, axis: number): boolean =>
      size === sizes[axis] || Number.isInteger((sizes[axis] as number) / (size as number));
    if (isNearest(node) && !x.shape.every(isMultiple)) {
      throw new Error(
        `pixels can be repeated to whole multiples of ${formatShape(x.shape)} only, received the sizes ${formatShape(sizes)}`,
      );
    }
    return { dataType: x.dataType, shape: sizes };
  },
};

function isNearest(node: NodeContext): boolean {
  return hasAttributes(node, nearestResize);
}

function isLinear(node: NodeContext): boolean {
  return hasAttributes(node, linearResize);
}

function hasAttributes(node: NodeContext, attributes: Readonly<Record<string, string>>): boolean {
  return Object.entries(attributes).every(([name, value]) => node.attributes[name] === value);
}

function requireCubic(node: NodeContext): void {
  const mode = node.text('mode', 'nearest');
  const positions = node.text('coordinate_transformation_mode', 'half_pixel');
  const coefficient = node.attributes.cubic_coeff_a ?? cubicCoefficient;
  if (mode !== 'cubic' || positions !== 'half_pixel' || coefficient !== cubicCoefficient) {
    throw new Error(
      `only mode cubic with half_pixel and ${cubicCoefficient}, or nearest with asymmetric and floor, is supported, received ${mode}, ${positions} and ${coefficient}`,
    );
  }
}

/** [new size, old size] */
function interpolation(node: GradientContext, axis: 2 | 3): Value {
  const from = fixedShape([node.input(0).shape[axis]!], 'the gradient of Resize')[0]!;
  const to = fixedShape([node.output.shape[axis]!], 'the gradient of Resize')[0]!;
  if (from * to > mostWeights) throw new Error(`resizing ${from} to ${to} pixels takes a matrix of more than ${mostWeights} weights`);
  return node.graph.numbers(node.gradient.dataType, Array.from(interpolationMatrix(from, to)), [to, from]);
}
