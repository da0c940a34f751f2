/** ConvWeightGradient in the formulation that suits its sizes. */
import type { Value } from '../../graph/value.js';
import { weightGradientByGroup } from './by-group.js';
import type { Formulations } from './formulations.js';
import type { WeightGradient } from './image.js';
import { weightGradientOverPatches } from './over-patches.js';
import { weightGradientByImage, weightGradientOverImages } from './over-windows.js';
import { winogradPays, winogradWeightGradient } from './winograd-weight-gradient.js';

/**
 * dW = sum over images of dY [M, positions] times the windows of X [positions, C kh kw]. Windows that do not overlap (the patches of a vision
 * transformer) are a permutation of the pixels. Where an image has many more positions than channels, one product for each image and element of
 * the kernel, summed after; elsewhere one product over all images.
 * @returns [M, C / group, kh, kw]
 */
export function weightGradient(operands: WeightGradient, { winogradWeights, patches, byImage }: Formulations): Value {
  const { x, gradient, geometry } = operands;
  const { kernel, strides, pads, dilations, group } = geometry;
  if (group > 1) return weightGradientByGroup(operands);
  const isOfPatches =
    patches &&
    kernel.every((size, axis) => size > 1 && size === strides[axis]) &&
    [...pads, ...dilations.map((size) => size - 1)].every((size) => size === 0);
  if (isOfPatches) return weightGradientOverPatches(operands);
  if (winogradPays(operands, winogradWeights)) return winogradWeightGradient(operands);
  const [, filters, rows, columns] = gradient.shape;
  return rows * columns > byImage * Math.max(filters, x.shape[1]) ? weightGradientByImage(operands) : weightGradientOverImages(operands);
}
