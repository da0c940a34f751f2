/** Functions of single elements. */
import type { Graph } from '../../graph.js';
import type { Value } from '../../value.js';
import type { ReadNode, Rewrite } from '../read-node.js';

export const activations: Readonly<Record<string, Rewrite>> = {
  Clip: ({ graph, inputs }) => graph.add('Clip', inputs),

  /** The exponents of polynomials and roots: others have no gradient that holds everywhere. */
  Pow: (node) => {
    const { graph } = node;
    const x = node.input(0);
    const power = powers[node.constant(1)];
    if (!power) throw new Error(`the exponent ${node.constant(1)} is not supported, only ${Object.keys(powers).join(', ')}`);
    return power(graph, x);
  },

  Reciprocal: (node) => reciprocal(node.graph, node.input(0)),

  // x_1 + x_2 + ...
  Sum: ({ graph, inputs }) => sum(graph, inputs as Value[]),
  Mean: ({ graph, inputs }) => graph.add('Mul', [sum(graph, inputs as Value[]), 1 / inputs.length]),

  // max(0, min(1, alpha x + beta))
  HardSigmoid: (node) => hardSigmoid(node.graph, node.input(0), node.number('alpha', 0.2), node.number('beta', 0.5)),

  // x max(0, min(1, x / 6 + 1 / 2))
  HardSwish: ({ graph, inputs }) => graph.add('Mul', [inputs[0]!, hardSigmoid(graph, inputs[0]!, 1 / 6, 0.5)]),

  // max(0, x) - alpha max(0, -x)
  LeakyRelu: (node) => leaky(node.graph, node.input(0), node.number('alpha', 0.01)),
  PRelu: (node) => leaky(node.graph, node.input(0), node.input(1)),

  // x > 0 ? x : alpha (e^x - 1); the exponent is never positive, so that nothing overflows
  Elu: (node) => exponentialLinear(node.graph, node.input(0), node.number('alpha', 1), 1),
  Selu: (node) => {
    const [alpha, gamma] = [node.number('alpha', 1.6732632), node.number('gamma', 1.050701)];
    return node.graph.add('Mul', [exponentialLinear(node.graph, node.input(0), alpha, 1), gamma]);
  },
  // the same of x / alpha below 0
  Celu: (node) => exponentialLinear(node.graph, node.input(0), node.number('alpha', 1), node.number('alpha', 1)),

  // x / (1 + e^(-alpha x))
  Swish: (node) => {
    const x = node.input(0);
    return node.graph.add('Mul', [x, node.graph.add('Sigmoid', [node.graph.add('Mul', [x, node.number('alpha', 1)])])]);
  },

  Softplus: (node) => softplus(node.graph, node.input(0)),
  // x tanh(ln(1 + e^x)) (Misra 2019, arXiv 1908.08681)
  Mish: (node) => node.graph.add('Mul', [node.input(0), node.graph.add('Tanh', [softplus(node.graph, node.input(0))])]),
  // x / (1 + |x|)
  Softsign: (node) => node.graph.add('Div', [node.input(0), node.graph.add('Add', [node.graph.add('Abs', [node.input(0)]), 1])]),

  // x Phi(x), Phi exact or approximated (Hendrycks & Gimpel 2016, arXiv 1606.08415)
  Gelu: (node) => {
    const { graph } = node;
    const x = node.input(0);
    const isApproximate = node.attribute('approximate') === 'tanh';
    node.require('approximate', 'none', 'tanh');
    const half = graph.add('Mul', [x, 0.5]);
    if (!isApproximate) return graph.add('Mul', [half, graph.add('Add', [graph.add('Erf', [graph.add('Mul', [x, Math.SQRT1_2])]), 1])]);
    const cube = graph.add('Mul', [graph.add('Mul', [x, x]), x]);
    const inner = graph.add('Mul', [graph.add('Add', [x, graph.add('Mul', [cube, 0.044715])]), Math.sqrt(2 / Math.PI)]);
    return graph.add('Mul', [half, graph.add('Add', [graph.add('Tanh', [inner]), 1])]);
  },

  // before operator set 13 over all axes from `axis` (1) on at once: the same where that is the last
  Softmax: (node) => {
    const { graph, operatorSet } = node;
    const x = node.input(0);
    const axis = node.number('axis', operatorSet < 13 ? 1 : -1);
    const fromEnd = axis < 0 ? axis : axis - x.shape.length;
    if (operatorSet < 13 && fromEnd !== -1) throw new Error(`axis ${axis} in operator set ${operatorSet} is not supported, only the last`);
    return graph.add('Softmax', [x], { axis: fromEnd });
  },

  Dropout: identity,
  Identity: identity,
};

const powers: Readonly<Record<number, (graph: Graph, x: Value) => Value>> = {
  [-1]: reciprocal,
  [-0.5]: (graph, x) => reciprocal(graph, graph.add('Sqrt', [x])),
  0.5: (graph, x) => graph.add('Sqrt', [x]),
  1: (_, x) => x,
  2: square,
  3: (graph, x) => graph.add('Mul', [square(graph, x), x]),
  4: (graph, x) => square(graph, square(graph, x)),
};

/** Outside training nothing is dropped. */
function identity(node: ReadNode): Value {
  node.pass('ratio', 'seed');
  return node.input(0);
}

function sum(graph: Graph, values: readonly Value[]): Value {
  return values.reduce((total, value) => graph.add('Add', [total, value]));
}

function square(graph: Graph, x: Value): Value {
  return graph.add('Mul', [x, x]);
}

function reciprocal(graph: Graph, x: Value): Value {
  return graph.add('Div', [graph.numbers(x.dataType, 1), x]);
}

/** max(0, x) - alpha (1 - e^(-max(0, -x) / scale)) */
function exponentialLinear(graph: Graph, x: Value, alpha: number, scale: number): Value {
  const below = graph.add('Relu', [graph.add('Neg', [x])]);
  const decay = graph.add('Exp', [graph.add('Mul', [below, -1 / scale])]);
  return graph.add('Add', [graph.add('Relu', [x]), graph.add('Mul', [graph.add('Sub', [decay, 1]), alpha])]);
}

/** ln(1 + e^x) = max(0, x) + ln(1 + e^-|x|) */
function softplus(graph: Graph, x: Value): Value {
  const decay = graph.add('Exp', [graph.add('Neg', [graph.add('Abs', [x])])]);
  return graph.add('Add', [graph.add('Relu', [x]), graph.add('Log', [graph.add('Add', [decay, 1])])]);
}

function hardSigmoid(graph: Graph, x: Value, alpha: number, beta: number): Value {
  return graph.add('Clip', [graph.add('Add', [graph.add('Mul', [x, alpha]), beta]), 0, 1]);
}

function leaky(graph: Graph, x: Value, slope: Value | number): Value {
  const below = graph.add('Relu', [graph.add('Neg', [x])]);
  return graph.add('Sub', [graph.add('Relu', [x]), graph.add('Mul', [below, slope])]);
}
