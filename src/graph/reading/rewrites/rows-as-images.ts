/** Convolutions and poolings of rows of samples [N, C, L] are those of images [N, C, 1, L]. */
import type { ReadNode, Rewrite } from '../read-node.js';

/** What an axis of one pixel takes. */
const ofHeight = { kernel_shape: 1, strides: 1, dilations: 1 } as const;

/** @param rows the number of inputs that are rows: the others, such as a bias, stay as they are */
export function rowsAsImages(rewrite: Rewrite, rows: number): Rewrite {
  return (node) => {
    if (node.input(0).shape.length !== 3) return rewrite(node);
    const { graph } = node;
    const height = graph.integers(2);
    const inputs = node.inputs.map((value, index) => (value && index < rows ? graph.add('Unsqueeze', [value, height]) : value));
    const results = rewrite(node.changed(inputs, highAttributes(node)));
    return ('name' in results ? [results] : results).map((value) => graph.add('Squeeze', [value, height]));
  };
}

/** Lists for one axis become lists for two, as far as they are given. */
function highAttributes(node: ReadNode): Record<string, readonly number[]> {
  const lists = Object.entries(ofHeight).map(([name, one]) => [name, node.numbers(name)?.flatMap((length) => [one, length])] as const);
  const pads = node.numbers('pads')?.flatMap((length) => [0, length]);
  return Object.fromEntries([...lists, ['pads', pads] as const].filter((entry): entry is [string, number[]] => entry[1] !== undefined));
}
