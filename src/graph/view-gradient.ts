/** The gradient of operators whose result has the elements of its input in another shape. */
import type { GradientContext } from './operator.js';
import type { Value } from './value.js';
import { fixedShape } from './value.js';

/** dx = dy in the shape of x. @param operator for errors */
export function viewGradient(operator: string): (node: GradientContext) => Value {
  return (node) => {
    const shape = fixedShape(node.input(0).shape, `the gradient of ${operator}`);
    return node.graph.add('Reshape', [node.gradient, node.graph.integers(...shape)]);
  };
}
