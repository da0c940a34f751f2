/** Einsum of one or two tensors as a product of matrices: the letters of an equation say which axes are multiplied, summed or kept. */
import type { Graph } from '../../graph.js';
import type { Dimension, Value } from '../../value.js';
import type { ReadNode } from '../read-node.js';

interface Term {
  readonly value: Value;
  /** One for each axis. */
  readonly letters: string;
}

/** Letters only: repeated ones within a tensor, and ellipses, are not supported. */
export function einsum(node: ReadNode): Value {
  const { graph } = node;
  const equation = String(node.attribute('equation') ?? '').replaceAll(' ', '');
  const [inputs, stated] = equation.split('->') as [string, string | undefined];
  const letters = inputs.split(',');
  if (!/^[A-Za-z]+(,[A-Za-z]+)?(->[A-Za-z]*)?$/.test(equation) || letters.some((own) => new Set(own).size !== own.length)) {
    throw new Error(`the equation "${equation}" is not supported, only one of letters for one or two tensors`);
  }
  if (letters.length !== node.inputs.length) throw new Error(`the equation "${equation}" is for ${letters.length} tensors`);
  const output = stated ?? implied(letters.join(''));
  const terms = letters.map((own, index): Term => {
    const value = node.input(index);
    if (value.shape.length !== own.length) throw new Error(`${own} does not name the axes of ${value.name}`);
    return summed(graph, { value, letters: own }, [...letters.filter((_, other) => other !== index), output].join(''));
  });
  const product = terms.length === 1 ? terms[0]! : multiplied(graph, terms[0]!, terms[1]!, output);
  return transposed(graph, product, output);
}

/** Without an arrow: the letters that occur once, in the order of the alphabet. */
function implied(letters: string): string {
  return [...new Set(letters)]
    .filter((letter) => letters.split(letter).length === 2)
    .sort()
    .join('');
}

/** Axes that nothing else names are summed. */
function summed(graph: Graph, { value, letters }: Term, elsewhere: string): Term {
  const axes = [...letters].flatMap((letter, axis) => (elsewhere.includes(letter) ? [] : [axis]));
  if (axes.length === 0) return { value, letters };
  const rest = [...letters].filter((letter) => elsewhere.includes(letter)).join('');
  return { value: graph.add('ReduceSum', [value, graph.integers(...axes)], { keepdims: 0 }), letters: rest };
}

/** [batch, rows, inner] times [batch, inner, columns]: rows are of the first alone, columns of the second alone, inner ones are summed. */
function multiplied(graph: Graph, a: Term, b: Term, output: string): Term {
  const shared = [...a.letters].filter((letter) => b.letters.includes(letter));
  const batch = shared.filter((letter) => output.includes(letter)).join('');
  const inner = shared.filter((letter) => !output.includes(letter)).join('');
  const rows = [...a.letters].filter((letter) => !b.letters.includes(letter)).join('');
  const columns = [...b.letters].filter((letter) => !a.letters.includes(letter)).join('');
  const left = grouped(graph, a, batch, rows, inner);
  const right = grouped(graph, b, batch, inner, columns);
  const sizes = (term: Term, letters: string): Dimension[] => [...letters].map((letter) => term.value.shape[term.letters.indexOf(letter)]!);
  const shape = [...[...batch].map(() => 0), ...requested([...sizes(a, rows), ...sizes(b, columns)])];
  const product = graph.add('MatMul', [left, right]);
  const isMatrix = rows.length === 1 && columns.length === 1;
  return { value: isMatrix ? product : graph.add('Reshape', [product, graph.integers(...shape)]), letters: batch + rows + columns };
}

/** A tensor as [batch..., first, second], each of the two groups joined into one axis. */
function grouped(graph: Graph, term: Term, batch: string, first: string, second: string): Value {
  const value = transposed(graph, term, batch + first + second);
  if (first.length === 1 && second.length === 1) return value;
  const sizes = value.shape.slice(batch.length);
  // a group with an axis that is known only when the graph runs takes what the others leave
  const joined = (group: readonly Dimension[]): Dimension =>
    group.every((size) => typeof size === 'number') ? group.reduce((total, size) => total * size, 1) : 'the rest';
  const shape = requested([joined(sizes.slice(0, first.length)), joined(sizes.slice(first.length))]);
  return graph.add('Reshape', [value, graph.integers(...[...batch].map(() => 0), ...shape)]);
}

/** Sizes of a reshape: one of them may be known only when the graph runs. */
function requested(sizes: readonly Dimension[]): number[] {
  return sizes.map((size) => (typeof size === 'number' ? size : -1));
}

function transposed(graph: Graph, { value, letters }: Term, wanted: string): Value {
  if (letters === wanted) return value;
  const perm = [...wanted].map((letter) => letters.indexOf(letter));
  if (perm.includes(-1) || perm.length !== letters.length) throw new Error(`the axes ${letters} cannot become ${wanted}`);
  return graph.add('Transpose', [value], { perm });
}
