/** Losses between predicted opinions and those of people: a squared error, and a term about the order within the batch. */
import type { Graph } from '../graph/graph.js';
import type { Value } from '../graph/value.js';

/** AGM's lambda (arXiv 2509.17374, section on its loss): the margin in deviations. */
const marginDeviations = 0.25;
/** Keeps square roots of zero differentiable; far below any real variance. */
const smallest = 1e-12;

/** @param predicted [N] @param opinions [N], 0..1 */
type OrderTerm = (graph: Graph, predicted: Value, opinions: Value) => Value;

/** 1 - Pearson's correlation of the batch, 0..2 */
const correlation: OrderTerm = (graph, predicted, opinions) => {
  const [p, y] = [centred(graph, predicted), centred(graph, opinions)];
  const product = graph.add('ReduceSum', [graph.add('Mul', [p, y])], { keepdims: 0 });
  const squares = graph.add('Mul', [sumOfSquares(graph, p), sumOfSquares(graph, y)]);
  const root = graph.add('Sqrt', [graph.add('Add', [squares, smallest])]);
  return graph.add('Sub', [graph.numbers('float32', 1), graph.add('Div', [product, root])]);
};

/**
 * 2 / (n (n - 1)) sum over pairs with y_i > y_j of max(0, m - (p_i - p_j)), where m is a quarter of the deviation of y: predictions are to
 * differ as opinions do.
 */
const margin: OrderTerm = (graph, predicted, opinions) => marginOver(graph, opinions, predicted);

/**
 * The same with predictions and opinions exchanged, as AGM's authors' program calls it: its gradient only shrinks the spread of misordered
 * predictions. For reproducing their figures.
 */
const exchanged: OrderTerm = (graph, predicted, opinions) => marginOver(graph, predicted, opinions);

/** @param order says which of two is to be larger, and the margin @param values differ by it */
function marginOver(graph: Graph, order: Value, values: Value): Value {
  const count = order.shape[0] as number;
  const deviation = graph.add('Sqrt', [
    graph.add('Add', [graph.add('Mul', [sumOfSquares(graph, centred(graph, order)), 1 / count]), smallest]),
  ]);
  const sign = graph.add('Sign', [differences(graph, order)]);
  const shortfall = graph.add('Sub', [
    graph.add('Mul', [deviation, marginDeviations]),
    graph.add('Mul', [sign, differences(graph, values)]),
  ]);
  // equal ones have no order; each pair counts once
  const above = Array.from({ length: count * count }, (_, at) => (Math.floor(at / count) < at % count ? 1 : 0));
  const counted = graph.add('Mul', [graph.add('Abs', [sign]), graph.numbers('float32', above, [count, count])]);
  const total = graph.add('ReduceSum', [graph.add('Mul', [graph.add('Relu', [shortfall]), counted])], { keepdims: 0 });
  return graph.add('Mul', [total, 2 / (count * (count - 1))]);
}

/** The order terms by the value of the option; `mse` has none. */
const orderTerms = { correlation, margin, agm: exchanged, mse: undefined } as const satisfies Readonly<
  Record<string, OrderTerm | undefined>
>;

export type OpinionLossName = keyof typeof orderTerms;
export const opinionLossNames = Object.keys(orderTerms) as [OpinionLossName, ...OpinionLossName[]];

export interface OpinionLoss {
  /** The mean squared error. */
  readonly error: Value;
  /** The order term; absent without one. */
  readonly order?: Value;
}

/**
 * @param predicted [N], N of two or more
 * @param opinions [N], normalized to 0..1, higher is better
 */
export function opinionLoss(graph: Graph, predicted: Value, opinions: Value, name: OpinionLossName): OpinionLoss {
  const difference = graph.add('Sub', [predicted, opinions]);
  const error = graph.add('ReduceMean', [graph.add('Mul', [difference, difference])], { keepdims: 0 });
  const term = orderTerms[name];
  return term ? { error, order: term(graph, predicted, opinions) } : { error };
}

function centred(graph: Graph, values: Value): Value {
  return graph.add('Sub', [values, graph.add('ReduceMean', [values])]);
}

function sumOfSquares(graph: Graph, values: Value): Value {
  return graph.add('ReduceSum', [graph.add('Mul', [values, values])], { keepdims: 0 });
}

/** [N] -> v_i - v_j, [N, N] */
function differences(graph: Graph, values: Value): Value {
  return graph.add('Sub', [graph.add('Unsqueeze', [values, graph.integers(1)]), graph.add('Unsqueeze', [values, graph.integers(0)])]);
}
