/** Rewrites a finished graph to hold its weights in 8 bits: a quarter of the size, the computing as it was. */

import { Graph } from '../../graph/graph.js';
import type { Node } from '../../graph/operator.js';
import type { Value } from '../../graph/value.js';
import { onnxDataTypes } from '../../tensors/onnx-data-types.js';
import type { GraphCopy } from '../copy-graph.js';
import { addConstant, copyComputed, type PrecisionSource, tensorOf } from './precision-source.js';
import { quantizeChannels } from './quantize-channels.js';

/**
 * Smaller ones stay as they are: they are hardly a part of the size, and among them are the first layers, whose errors all others meet. (A clip-tiny
 * that was trained for 250 steps, on Kodak's photographs: with those below 2^14 in 8 bits, scores err 34 times as much, and the file is 7 % smaller.)
 */
const fewestElements = 2 ** 14;

/**
 * The graph with the weights of products (filters and matrices, but those of nodes that are kept) in 8 bits, one scale for each output channel. They are widened by
 * Cast and Mul: ONNX Runtime computes such constants when it loads a model, and then runs it as fast as before, where it runs DequantizeLinear
 * again in every call. What they are multiplied with stays in float32: quantized as well (DynamicQuantizeLinear, ConvInteger, MatMulInteger), CLIP's
 * ResNet takes four times as long on the CPU, and what is measured with its vision transformer, which is twice as fast, errs six times as much.
 */
export function withInt8Weights(source: PrecisionSource): Graph {
  return copyComputed(source, new Int8Weights(source));
}

class Int8Weights implements GraphCopy {
  readonly target = new Graph();
  private readonly values = new Map<Value, Value>();

  constructor(private readonly source: PrecisionSource) {}

  given(value: Value, inTarget: Value): void {
    this.values.set(value, inTarget);
  }

  /** In the forms in which they are used: see `widened` and `valueOf`. */
  constant(): void {}

  node(node: Node): void {
    const isKept = this.source.kept.has(node);
    const inputs = node.inputs.map((input, index) => {
      if (!input) return null;
      const axes = isKept ? undefined : node.rule.sums?.axes(node, index);
      return (axes && this.widened(input, axes)) ?? this.valueOf(input);
    });
    const outputs = this.target.addLike(node, inputs);
    for (const [index, output] of outputs.entries()) this.values.set(node.outputs[index]!, output);
  }

  valueOf(value: Value): Value {
    const present = this.values.get(value);
    if (present) return present;
    const constant = addConstant(this.target, value, tensorOf(this.source, value)!);
    this.values.set(value, constant);
    return constant;
  }

  /** @returns undefined where a value is no constant or too small */
  private widened(value: Value, axes: readonly [number, number]): Value | undefined {
    const tensor = tensorOf(this.source, value);
    if (tensor?.dataType !== 'float32' || tensor.data.length < fewestElements || this.values.has(value)) return undefined;
    const { elements, scales } = quantizeChannels(tensor, ...axes);
    const floats = this.target.add('Cast', [addConstant(this.target, value, elements)], { to: onnxDataTypes.float32 });
    const widened = this.target.add('Mul', [floats, this.target.constant(scales)]);
    this.values.set(value, widened);
    return widened;
  }
}
