/** The nodes that use each value, one that uses it twice twice. */
import type { Node } from './operator.js';
import type { Value } from './value.js';

export function usersOf(nodes: Iterable<Node>): Map<Value, Node[]> {
  const users = new Map<Value, Node[]>();
  for (const node of nodes) {
    for (const input of node.inputs) {
      if (!input) continue;
      const known = users.get(input);
      if (known) known.push(node);
      else users.set(input, [node]);
    }
  }
  return users;
}
