/** Attention (operator set 23) by simpler nodes: softmax(scale q k^T + mask) v (Vaswani et al. 2017, arXiv 1706.03762). */
import type { Graph } from '../../graph.js';
import { fixedShape, formatShape, type Value } from '../../value.js';
import type { ReadNode } from '../read-node.js';

/** q, k and v [N, heads, tokens, width], or [N, tokens, heads * width] with the number of heads as an attribute; the mask is added, or says what counts. */
export function attention(node: ReadNode): Value {
  const { graph } = node;
  node.require('is_causal', 0);
  node.require('softcap', 0);
  node.pass('qk_matmul_output_mode', 'softmax_precision');
  if (node.inputs.slice(4).some((input) => input)) throw new Error('earlier keys and values are not supported');
  const [heads, ofKeys] = [node.number('q_num_heads', 0), node.number('kv_num_heads', 0)];
  const isJoined = node.input(0).shape.length === 3;
  const [q, k, v] = [0, 1, 2].map((index) => {
    const value = node.input(index);
    return isJoined ? apart(graph, value, index === 0 ? heads : ofKeys) : value;
  }) as [Value, Value, Value];
  if (q.shape.length !== 4 || q.shape[1] !== k.shape[1])
    throw new Error(`queries ${formatShape(q.shape)} and keys ${formatShape(k.shape)} must be [N, heads, tokens, width], of as many heads`);
  const [width] = fixedShape([q.shape[3]!], 'Attention') as [number];
  const turned = graph.add('Transpose', [k], { perm: [0, 1, 3, 2] });
  const scores = graph.add('MatMul', [graph.add('Mul', [q, node.number('scale', 1 / Math.sqrt(width))]), turned]);
  const mask = node.optional(3);
  const masked = mask ? withMask(graph, scores, mask) : scores;
  const y = graph.add('MatMul', [graph.add('Softmax', [masked], { axis: -1 }), v]);
  if (!isJoined) return y;
  return graph.add('Reshape', [
    graph.add('Transpose', [y], { perm: [0, 2, 1, 3] }),
    graph.integers(0, 0, heads * fixedShape([v.shape[3]!], 'Attention')[0]!),
  ]);
}

/** [N, tokens, heads * width] -> [N, heads, tokens, width] */
function apart(graph: Graph, value: Value, heads: number): Value {
  const [width] = fixedShape([value.shape[2]!], 'Attention') as [number];
  if (!(heads >= 1 && width % heads === 0)) throw new Error(`${width} numbers cannot be divided into ${heads} heads`);
  const split = graph.add('Reshape', [value, graph.integers(0, 0, heads, width / heads)]);
  return graph.add('Transpose', [split], { perm: [0, 2, 1, 3] });
}

function withMask(graph: Graph, scores: Value, mask: Value): Value {
  if (mask.dataType !== 'bool') return graph.add('Add', [scores, mask]);
  return graph.add('Where', [mask, scores, graph.numbers('float32', Number.NEGATIVE_INFINITY)]);
}
