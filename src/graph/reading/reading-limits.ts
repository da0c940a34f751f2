/** A few bytes of a model's file can stand for any amount of memory: what it makes is counted before it is made, each and all together. */
import { formatBytes } from '../../support/byte-size.js';
import { elementCount } from '../../tensors/tensor-data.js';
import type { Node } from '../operator.js';

/** Elements of a constant that a node makes from nothing, such as a mask or a grid: images of 4096x4096 pixels. */
const mostElements = 2 ** 24;
/** Bytes of all these of a model: encoders make some megabytes. */
const mostMade = 2 ** 28;
/** Inputs of all nodes that a model comes to; the largest encoders have some ten thousand. */
const mostInputs = 2 ** 21;

/** @throws Error where a node would make too large a constant. */
export function requireSmallConstant(shape: readonly number[]): void {
  if (elementCount(shape) <= mostElements) return;
  throw new Error(`it would make a constant of the shape [${shape.join(', ')}], more than ${mostElements} elements`);
}

export class ReadingLimits {
  private made = 0;
  private inputs = 0;

  /**
   * Counts what a node of the file adds to a graph.
   * @param constantBytes of constants that it makes
   * @throws Error when it and what was added before are too much.
   */
  added(nodes: readonly Node[], constantBytes: number): void {
    for (const { inputs } of nodes) this.inputs += 1 + inputs.length;
    if (this.inputs > mostInputs) throw new Error(`it and the nodes before it have more than ${mostInputs} inputs in all`);
    this.made += constantBytes;
    if (this.made <= mostMade) return;
    throw new Error(`it and the nodes before it make constants of ${formatBytes(this.made)}, more than ${formatBytes(mostMade)}`);
  }
}
