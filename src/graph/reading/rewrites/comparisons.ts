/** Comparisons and logic. */
import type { Graph } from '../../graph.js';
import type { Value } from '../../value.js';
import type { Rewrite } from '../read-node.js';

export const comparisons: Readonly<Record<string, Rewrite>> = {
  // x < y = y > x
  Less: (node) => node.graph.add('Greater', [node.input(1), node.input(0)]),
  // x >= y = x > y or x = y: false where one is not a number
  GreaterOrEqual: (node) => greaterOrEqual(node.graph, node.input(0), node.input(1)),
  LessOrEqual: (node) => greaterOrEqual(node.graph, node.input(1), node.input(0)),

  Or: (node) => or(node.graph, node.input(0), node.input(1)),

  // x > y ? x : y
  Max: ({ graph, inputs }) => (inputs as Value[]).reduce((x, y) => graph.add('Where', [graph.add('Greater', [x, y]), x, y])),
  Min: ({ graph, inputs }) => (inputs as Value[]).reduce((x, y) => graph.add('Where', [graph.add('Greater', [x, y]), y, x])),

  Mod: (node) => {
    node.require('fmod', 0);
    return node.graph.add('Mod', node.inputs);
  },
};

/** Not (not x and not y) */
function or(graph: Graph, x: Value, y: Value): Value {
  return graph.add('Not', [graph.add('And', [graph.add('Not', [x]), graph.add('Not', [y])])]);
}

function greaterOrEqual(graph: Graph, x: Value, y: Value): Value {
  return or(graph, graph.add('Greater', [x, y]), graph.add('Equal', [x, y]));
}
