import { expect, test } from 'vitest';
import { Graph } from '#antonym/graph/graph.js';
import { peakMemory } from '#antonym/graph/peak-memory.js';

const kilobyte = 4 * 256;

test('a chain needs two values at a time, however long it is; its input is not counted', () => {
  for (const length of [3, 4, 9]) {
    const graph = new Graph();
    let value = graph.input('x', 'float32', [256]);
    for (let index = 0; index < length; index++) value = graph.add(index % 2 === 0 ? 'Sqrt' : 'Exp', [value]);
    graph.output('y', value);
    expect(peakMemory(graph)).toBe(2 * kilobyte);
  }
});

test('what is used late stays, views cost nothing, and what nobody needs is not computed', () => {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [256]);
  const early = graph.add('Exp', [x]);
  const view = graph.add('Reshape', [early, graph.integers(16, 16)]);
  graph.add('Sqrt', [graph.add('Expand', [view, graph.integers(100, 16, 16)])]);
  const chain = graph.add('Sqrt', [graph.add('Sqrt', [graph.add('Sqrt', [x])])]);
  graph.output('y', graph.add('Add', [graph.add('Reshape', [view, graph.integers(256)]), chain]));
  expect(peakMemory(graph)).toBe(3 * kilobyte);
});

test('free sizes have no memory to state', () => {
  const graph = new Graph();
  graph.output('y', graph.add('Exp', [graph.add('Sqrt', [graph.input('x', 'float32', ['batch'])])]));
  expect(() => peakMemory(graph)).toThrow(/needs a fixed shape, received \[batch\]/);
});
