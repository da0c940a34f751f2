/** The adjoint of a reduction: a gradient copied to every element that was reduced. */
import type { GradientContext } from './operator.js';
import { reducedAxes, withOnes } from './shape-rules.js';
import { fixedShape, type Value } from './value.js';

/** The gradient of a reduction's output, spread over the axes that the reduction removed: the shape of the reduction's input. */
export function spreadOverReducedAxes(node: GradientContext, gradient: Value): Value {
  const { graph } = node;
  const shape = fixedShape(node.input(0).shape, 'the gradient of a reduction');
  const kept = fixedShape(withOnes(shape, reducedAxes(node)), 'the gradient of a reduction');
  const aligned = gradient.shape.length === shape.length ? gradient : graph.add('Reshape', [gradient, graph.integers(...kept)]);
  return graph.add('Expand', [aligned, graph.integers(...shape)]);
}
