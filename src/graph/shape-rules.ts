/** Shape rules that many operators share. */
import type { NodeContext, OutputType } from './operator.js';
import { broadcastShapes, normalizeAxis, type Shape, type Value } from './value.js';

/** One input, one output of the same type and shape. */
export function sameAsInput(node: NodeContext): OutputType {
  const { dataType, shape } = node.input(0);
  return { dataType, shape };
}

/** Inputs of one element type, broadcast against each other. */
export function broadcastInputs(node: NodeContext): OutputType {
  const values = node.inputs.filter((value): value is Value => value !== null);
  requireSameType(values);
  return { dataType: values[0]!.dataType, shape: values.map((value) => value.shape).reduce(broadcastShapes) };
}

/** @throws Error when the values differ in element type. */
export function requireSameType(values: readonly Value[]): void {
  for (const value of values) {
    if (value.dataType !== values[0]!.dataType) {
      throw new Error(`inputs of one type expected, received ${values[0]!.dataType} and ${value.dataType} (${value.name})`);
    }
  }
}

/** @throws Error when the value is not boolean. */
export function requireBoolean({ name, dataType }: Value): void {
  if (dataType !== 'bool') throw new Error(`${name} must be bool, received ${dataType}`);
}

/** @throws Error when the value's rank is another one. */
export function requireRank(value: Value, rank: number): void {
  if (value.shape.length !== rank) throw new Error(`${value.name} must be of rank ${rank}, received rank ${value.shape.length}`);
}

/** The axes of a reduction (input 1; all axes when absent), counted from the front and sorted. */
export function reducedAxes(node: NodeContext): number[] {
  const rank = node.input(0).shape.length;
  if (!node.optionalInput(1)) return Array.from({ length: rank }, (_, axis) => axis);
  return node
    .knownIntegers(1)
    .map((axis) => normalizeAxis(axis, rank))
    .sort((a, b) => a - b);
}

/** The input without the reduced axes, or with size 1 there (`keepdims`, default 1). */
export function reducedType(node: NodeContext): OutputType {
  const { dataType, shape } = node.input(0);
  const axes = reducedAxes(node);
  if (node.integer('keepdims', 1) === 1) return { dataType, shape: withOnes(shape, axes) };
  return { dataType, shape: shape.filter((_, axis) => !axes.includes(axis)) };
}

/** A shape with size 1 at some axes. */
export function withOnes(shape: Shape, axes: readonly number[]): Shape {
  return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
}
