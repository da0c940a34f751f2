/** Nodes of a graph that compute the same of short vectors, so that one node can compute them all. */
import type { Node } from '../../graph/operator.js';
import type { Value } from '../../graph/value.js';

/** Nodes of one operator that computes exactly, element by element: outputs are vectors, inputs vectors of the same length, or numbers. */
export type VectorGroup = readonly Node[];

/** Longer ones are worth a kernel of their own. */
const longest = 4096;

/**
 * Groups of what such nodes compute of inputs and constants alone, such as the scales and biases of folded normalizations: by depth, so that no node
 * depends on another of its group, not even by way of other groups.
 * @param nodes in an order in which they can be computed
 * @param isConstant numbers need not be the same for all nodes where they are constants
 */
export function vectorGroups(nodes: readonly Node[], isConstant: (value: Value) => boolean): readonly VectorGroup[] {
  const kindOf = (value: Value): string => (!isScalar(value) ? 'vector' : isConstant(value) ? 'constant' : value.name);
  const depths = new Map<Node, number>();
  const groups = new Map<string, Node[]>();
  for (const node of nodes) {
    const origins = node.inputs.map((input) => input && originOf(input).producer);
    if (!isVectorNode(node) || origins.some((producer) => producer && !depths.has(producer))) continue;
    const depth = 1 + Math.max(0, ...origins.map((producer) => (producer ? depths.get(producer)! : 0)));
    depths.set(node, depth);
    const key = JSON.stringify([depth, node.operator, node.attributes, ...node.inputs.map((input) => kindOf(input!))]);
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  return [...groups.values()];
}

/** The length of a vector, whose other axes, if it has any, are of size 1. */
export function lengthOf({ shape }: Value): number | undefined {
  const [length, ...others] = shape.filter((size) => size !== 1);
  return typeof length === 'number' && others.length === 0 ? length : undefined;
}

export function isScalar({ shape }: Value): boolean {
  return shape.length === 0 || (shape.length === 1 && shape[0] === 1);
}

/** The vector before a Reshape that only adds or removes axes of size 1. */
export function originOf(value: Value): Value {
  const { producer } = value;
  return producer && isReshapedVector(producer) ? originOf(producer.inputs[0]!) : value;
}

function isReshapedVector({ operator, inputs, outputs }: Node): boolean {
  return operator === 'Reshape' && lengthOf(outputs[0]!) !== undefined && lengthOf(inputs[0]!) !== undefined;
}

function isVectorNode({ rule, inputs, outputs: [output] }: Node): boolean {
  const length = lengthOf(output!);
  if (rule.elementwise !== 'exact' || length === undefined || length > longest) return false;
  const isFloat = [...inputs, output!].every((value) => value?.dataType === 'float32');
  return isFloat && inputs.every((input) => isScalar(input!) || lengthOf(input!) === length);
}
