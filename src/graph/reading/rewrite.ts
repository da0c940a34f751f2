/** The form of a rewrite: how one operator of a file becomes nodes of a graph. */
import type { Value } from '../value.js';
import type { ReadNode } from './read-node.js';

/** Adds the nodes that a node of a file stands for, and returns its outputs. */
export type Rewrite = (node: ReadNode) => Value | readonly Value[];
