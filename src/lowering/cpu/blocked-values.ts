/** The values of a graph whose channels are being blocked, each plain, blocked, or a convolution that is still to be added. */
import { Graph } from '../../graph/graph.js';
import type { Attributes } from '../../graph/operator.js';
import type { Value } from '../../graph/value.js';
import { type Image, PlainImage } from '../convolution/image.js';
import { BlockedImage } from './blocked-image.js';
import { blockedOperators } from './blocked-operators.js';

/** A blocked convolution that may still take in what follows it. */
export interface PendingConvolution {
  readonly x: Value;
  readonly filters: Value;
  readonly bias: Value | null;
  readonly attributes: Attributes;
  readonly sum?: Value;
  /** True where every channel is multiplied and shifted by itself. */
  readonly isByChannel?: true;
}

export class BlockedValues {
  readonly target = new Graph();
  /** The forms of a value of the source: plain, blocked, or both. */
  protected readonly plain = new Map<Value, Value>();
  protected readonly blocked = new Map<Value, Value>();
  protected readonly pending = new Map<Value, PendingConvolution>();

  /** @param uses of each value by nodes and outputs */
  constructor(
    protected readonly block: number,
    private readonly uses: ReadonlyMap<Value, number>,
  ) {}

  given(value: Value, inTarget: Value): void {
    this.plain.set(value, inTarget);
  }

  /** The plain form. */
  valueOf(value: Value): Value {
    const known = this.plain.get(value);
    if (known) return known;
    const plain = new BlockedImage(this.target, this.block, this.blockedOf(value)).plain();
    this.plain.set(value, plain);
    return plain;
  }

  protected isBlocked(value: Value): boolean {
    return this.blocked.has(value) || this.pending.has(value);
  }

  protected has(value: Value): boolean {
    return this.plain.has(value) || this.isBlocked(value);
  }

  /** True when a value is a convolution that only the node in hand uses. */
  protected endsIn(value: Value): boolean {
    return this.pending.has(value) && this.uses.get(value) === 1;
  }

  /** Adds the pending convolution of a value; what it gives stands for `output`. */
  protected complete(value: Value, output: Value, activation: Attributes): void {
    const { x, filters, bias, sum, attributes } = this.pending.get(value)!;
    this.pending.delete(value);
    this.blocked.set(output, this.target.add(blockedOperators.conv, [x, filters, bias, sum ?? null], { ...attributes, ...activation }));
  }

  protected imageOf(value: Value): Image {
    if (!this.isBlocked(value)) return new PlainImage(this.target, this.valueOf(value));
    return new BlockedImage(this.target, this.block, this.blockedOf(value), this.plain.get(value));
  }

  protected blockedOf(value: Value): Value {
    if (this.pending.has(value)) this.complete(value, value, {});
    const known = this.blocked.get(value);
    if (known) return known;
    const blocked = this.target.add(blockedOperators.reorderInput, [this.valueOf(value)]);
    this.blocked.set(value, blocked);
    return blocked;
  }
}
