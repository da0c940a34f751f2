/** The copy of a graph in which some nodes are replaced by others, or other values are outputs. */
import type { Graph } from '../graph/graph.js';
import type { Node } from '../graph/operator.js';
import type { Value } from '../graph/value.js';
import { copyGraph, PlainCopy } from './copy-graph.js';

/**
 * Adds to the target what stands for a node, and returns what stands for its outputs; undefined for a node that stays. `copyOf` gives the
 * target's value for one that is computed before the node.
 */
export type Replace = (target: Graph, node: Node, copyOf: (value: Value) => Value) => readonly Value[] | undefined;

/**
 * @param copied is told of every node that stays, and of its copy
 * @returns a graph of what the outputs depend on
 */
export function rewriteNodes(source: Graph, replace: Replace, copied?: (node: Node, copy: Node) => void): Graph {
  return copyGraph(source, new Replacing(replace, copied));
}

/** @param nameOutputs names the outputs of the target; `copyOf` gives the target's value for one of the source */
export function withOutputs(source: Graph, nameOutputs: (target: Graph, copyOf: (value: Value) => Value) => void): Graph {
  return copyGraph(source, new Naming(nameOutputs));
}

class Naming extends PlainCopy {
  constructor(private readonly name: (target: Graph, copyOf: (value: Value) => Value) => void) {
    super();
  }

  nameOutputs(): void {
    this.name(this.target, (value) => this.valueOf(value));
  }
}

class Replacing extends PlainCopy {
  constructor(
    private readonly replace: Replace,
    private readonly copied?: (node: Node, copy: Node) => void,
  ) {
    super();
  }

  override node(node: Node): void {
    const replacement = this.replace(this.target, node, (value) => this.valueOf(value));
    if (replacement) this.setOutputs(node, replacement);
    else {
      super.node(node);
      this.copied?.(node, this.valueOf(node.outputs[0]!).producer!);
    }
  }
}
