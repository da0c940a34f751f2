/** A copy of an ONNX file with one more output: the opinion, from the score. */
import { Graph } from '../graph/graph.js';
import { encodeOnnx } from '../graph/onnx-file.js';
import { graphMessage, modelMessage } from '../graph/onnx-messages.js';
import type { Value } from '../graph/value.js';
import type { MonotonicMap } from '../statistics/monotonic-map.js';
import { decodeMessage, encodeMessage } from '../support/protobuf/message-table.js';
import { field, type WireField, wireFields } from '../support/protobuf/wire-format.js';

/** Names of the added values begin with it. */
const prefix = 'opinion/';

/**
 * Adds the output `opinion`, float32 [batch], computed from the output `score`; everything else stays, external weights too.
 * @param file an ONNX model
 * @param metadata replaces that of the same keys
 */
export function addOpinion(file: Uint8Array, map: MonotonicMap, metadata: Readonly<Record<string, string>>): Uint8Array {
  const added = addedFields(map);
  const { graph, metadataProps } = modelMessage;
  const isReplaced = ({ number, content }: WireField): boolean =>
    number === metadataProps.number && Object.hasOwn(metadata, decodeMessage(metadataProps.kind, content).key ?? '');
  const pieces = [...wireFields(file)].flatMap((part): readonly Uint8Array[] => {
    if (isReplaced(part)) return [];
    // the parts of a message may come in any order
    return part.number === graph.number ? field(graph.number, [part.content, added]) : [part.whole];
  });
  const entries = Object.entries(metadata).map(([key, value]) => ({ key, value }));
  return Buffer.concat([...pieces, encodeMessage(modelMessage, { metadataProps: entries })]);
}

/** Fields to append to the graph's. */
function addedFields(map: MonotonicMap): Uint8Array {
  const { node = [], initializer = [], output = [] } = decodeMessage(modelMessage, encodeOnnx(opinionGraph(map))).graph!;
  const renamed = (name: string): string => (name === 'score' || name === 'opinion' || name === '' ? name : prefix + name);
  return encodeMessage(graphMessage, {
    node: node.map(({ name, input = [], output: results = [], ...rest }) => ({
      ...rest,
      name: prefix + name,
      input: input.map(renamed),
      output: results.map(renamed),
    })),
    initializer: initializer.map((tensor) => ({ ...tensor, name: renamed(tensor.name!) })),
    output,
  });
}

function opinionGraph(map: MonotonicMap): Graph {
  const graph = new Graph();
  const score = graph.input('score', 'float32', ['batch']);
  graph.output('opinion', map.kind === 'isotonic' ? stepsOf(graph, score, map) : curveOf(graph, score, map));
  return graph;
}

/** lower + (upper - lower) sigmoid((score - middle) / width) + slope score */
function curveOf(graph: Graph, score: Value, map: Exclude<MonotonicMap, { kind: 'isotonic' }>): Value {
  const bent = graph.add('Sigmoid', [graph.add('Div', [graph.add('Sub', [score, map.middle]), map.width])]);
  const curve = graph.add('Add', [graph.add('Mul', [bent, map.upper - map.lower]), map.lower]);
  return map.kind === 'logistic4' ? curve : graph.add('Add', [curve, graph.add('Mul', [score, map.slope])]);
}

/** y0 + sum over k of (y[k+1] - y[k]) clip((score - x[k]) / (x[k+1] - x[k]), 0, 1) */
function stepsOf(graph: Graph, score: Value, { x, y }: Extract<MonotonicMap, { kind: 'isotonic' }>): Value {
  const each = (at: (index: number) => number): Value =>
    graph.numbers(
      'float32',
      x.slice(1).map((_, index) => at(index)),
    );
  const column = graph.add('Unsqueeze', [score, graph.integers(1)]);
  const shares = graph.add('Clip', [
    graph.add('Div', [graph.add('Sub', [column, each((k) => x[k]!)]), each((k) => x[k + 1]! - x[k]!)]),
    graph.numbers('float32', 0),
    graph.numbers('float32', 1),
  ]);
  const rises = graph.add('Mul', [shares, each((k) => y[k + 1]! - y[k]!)]);
  return graph.add('Add', [graph.add('ReduceSum', [rises, graph.integers(1)], { keepdims: 0 }), y[0]!]);
}
