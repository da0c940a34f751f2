/** Rewrites of each operator of a file, in operator sets 11 to 24, to the operators of graphs. */
import { type OperatorName, operators } from '../operators/table.js';
import type { Rewrite } from './read-node.js';
import { activations } from './rewrites/activations.js';
import { attention } from './rewrites/attention.js';
import { comparisons } from './rewrites/comparisons.js';
import { constants } from './rewrites/constants.js';
import { einsum } from './rewrites/einsum.js';
import { layers } from './rewrites/layers.js';
import { normalizations } from './rewrites/normalizations.js';
import { pooling } from './rewrites/pooling.js';
import { shapes } from './rewrites/shapes.js';

/** The same operator with the same inputs and attributes; the builder refuses what it does not know. */
function same(operator: OperatorName): Rewrite {
  return (node) => node.graph.addAll(operator, node.inputs, node.passAll());
}

export const rewrites: Readonly<Record<string, Rewrite>> = {
  ...Object.fromEntries(
    (Object.keys(operators) as OperatorName[])
      .filter((operator) => operators[operator].inFiles === 'same')
      .map((operator) => [operator, same(operator)]),
  ),
  ...activations,
  Attention: attention,
  ...comparisons,
  ...constants,
  Einsum: einsum,
  ...layers,
  ...normalizations,
  ...pooling,
  ...shapes,
};
