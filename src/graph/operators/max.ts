/** Max: the largest of several values, broadcast: sizes that have a lower bound. */
import { elementwise } from '../element-arithmetic.js';
import { notDifferentiable, type Operator } from '../operator.js';
import { broadcastInputs } from '../shape-rules.js';
import type { Dimension } from '../value.js';

export const max: Operator = {
  half: 'keep',
  inFiles: 'rewritten',
  elementwise: 'exact',
  inputs: [{ name: 'data', gradient: notDifferentiable, variadic: true }],
  infer: (node) => ({ ...broadcastInputs(node), elements: elementwise(node, largest) }),
};

function largest(...sizes: Dimension[]): Dimension {
  const numbers = sizes.filter((size) => typeof size === 'number');
  return numbers.length === sizes.length ? Math.max(...numbers) : `max(${sizes.join(', ')})`;
}
