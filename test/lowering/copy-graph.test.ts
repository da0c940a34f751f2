import { expect, test } from 'vitest';
import { Graph } from '#antonym/graph/graph.js';
import { rewriteNodes } from '#antonym/lowering/rewrite-nodes.js';
import { floatTensor } from '#antonym/tensors/tensor-data.js';
import { compile } from '../graph/run-graph.js';

test('outputs keep their names where a copy would make them up for its own values', async () => {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [2]);
  graph.output('exp_1', graph.add('Neg', [x]));
  graph.output('log_1', graph.add('Exp', [graph.add('Mul', [x, 2])]));
  const replaced = rewriteNodes(graph, (target, { operator, inputs }, copyOf) =>
    operator === 'Neg' ? [target.add('Log', [target.add('Exp', [target.add('Mul', [copyOf(inputs[0]!), -1])])])] : undefined,
  );
  const copies = [rewriteNodes(graph, () => undefined), replaced, rewriteNodes(replaced.copy(), () => undefined)];
  for (const copy of copies) {
    const results = await (await compile(copy))({ x: floatTensor([2], [1, -0.5]) });
    expect([...(results.exp_1!.data as Float32Array)]).toEqual([expect.closeTo(-1, 6), expect.closeTo(0.5, 6)]);
    expect([...(results.log_1!.data as Float32Array)]).toEqual([expect.closeTo(Math.exp(2), 5), expect.closeTo(Math.exp(-1), 5)]);
  }
});
