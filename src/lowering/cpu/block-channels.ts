/** Rewrites a finished graph for the CPU: convolutions, and what lies between them, compute with blocked channels. */
import { Graph } from '../../graph/graph.js';
import { liveParts } from '../../graph/live-parts.js';
import type { Attributes, Node } from '../../graph/operator.js';
import { nearestResize } from '../../graph/operators/resize.js';
import type { OperatorName } from '../../graph/operators/table.js';
import { sameShape, type Value } from '../../graph/value.js';
import { blockedOperators } from './blocked-operators.js';
import { gradientFiltersOf } from './gradient-filters.js';
import { orderedFilters, orderedGradientFilters } from './ordered-filters.js';
import { blockedPixelProduct, pixelProductOf, pixelsAsChannels } from './pixel-product.js';
import { shifted, shiftOf } from './shifted-image.js';

/**
 * An equal graph, up to rounding, for sessions on this machine only: see `blockedOperators`.
 * @param block channels that lie together, as `channelBlock` found
 */
export function blockChannels(graph: Graph, block: number): Graph {
  return new Blocking(block).result(graph);
}

/** A convolution that may still take in what follows it. */
interface PendingConvolution {
  readonly x: Value;
  readonly filters: Value;
  readonly bias: Value | null;
  readonly attributes: Attributes;
  readonly sum?: Value;
}

/** [N, C, H, W] to [H, W, N, C] */
const pixelsFirstOrder = '2,3,0,1';

class Blocking {
  private readonly target = new Graph();
  /** What stands for a value of the source: its plain form, its blocked form, or both. */
  private readonly plain = new Map<Value, Value>();
  private readonly blocked = new Map<Value, Value>();
  private readonly pending = new Map<Value, PendingConvolution>();
  private readonly uses = new Map<Value, number>();
  /** Values that are needed as [H, W, N, C], and what has been made of them. */
  private readonly pixelsFirst = new Map<Value, Value | undefined>();
  /** Values that `pixelsAsChannels` has turned. */
  private readonly pixels = new Map<Value, Value>();

  constructor(private readonly block: number) {}

  result(source: Graph): Graph {
    const { target, plain } = this;
    const { nodes, used } = liveParts(source);
    for (const value of [...nodes.flatMap(({ inputs }) => inputs), ...source.outputs.values()]) {
      if (value) this.uses.set(value, (this.uses.get(value) ?? 0) + 1);
    }
    for (const { operator, attributes, inputs } of nodes) {
      if (operator === 'Transpose' && String(attributes.perm) === pixelsFirstOrder) this.pixelsFirst.set(inputs[0]!, undefined);
    }
    for (const [name, value] of source.inputs) plain.set(value, target.input(name, value.dataType, value.shape));
    for (const [value, tensor] of source.allConstants()) if (used.has(value)) plain.set(value, target.constant(tensor));
    for (const node of nodes) if (!this.addBlocked(node)) this.addPlain(node);
    for (const [name, value] of source.outputs) target.output(name, this.plainOf(value));
    return target;
  }

  private addPlain(node: Node): void {
    const inputs = node.inputs.map((input) => input && this.plainOf(input));
    const outputs = this.target.addAll(node.operator as OperatorName, inputs, node.attributes);
    for (const [index, output] of outputs.entries()) this.plain.set(node.outputs[index]!, output);
  }

  /** @returns whether the node could be added with blocked channels, and should be */
  private addBlocked(node: Node): boolean {
    const [first, second] = node.inputs as [Value, Value | undefined];
    const [output] = node.outputs as [Value];
    if (node.operator === 'Conv') return this.addConvolution(node);
    if (node.operator === 'Transpose') return this.addChannelsLast(node) || this.addPixelsFirst(node);
    if (node.operator === 'MatMul') return this.addPixelProduct(node);
    if (node.operator === 'ReduceSum') return this.addPixelProduct(node) || this.addSumOverPixels(node);
    if (!this.canBeBlocked(output) || !node.inputs.some((input) => input && this.isBlocked(input))) return false;
    switch (node.operator) {
      case 'Relu':
        if (this.endsIn(first)) this.complete(first, output, { activation: 'Relu' });
        else this.blocked.set(output, this.target.add('Relu', [this.blockedOf(first)]));
        return true;
      case 'Add':
        if (sameShape(first.shape, second!.shape)) this.addSum(first, second!, output);
        return this.has(output) || this.addElementwise(node);
      case 'Mul':
      case 'Sub':
      case 'HardSigmoid':
        return this.addElementwise(node);
      case 'Reshape':
        if (!sameShape(first.shape, output.shape)) return false;
        this.blocked.set(output, this.target.add('Reshape', [this.blockedOf(first), this.target.integers(...(first.shape as number[]))]));
        return true;
      case 'AveragePool':
        this.blocked.set(output, this.target.add(blockedOperators.averagePool, [this.blockedOf(first)], node.attributes));
        return true;
      case 'Resize':
        return this.addUpsample(node);
      case 'Pad':
        return this.addWindow(node);
      case 'Slice':
        return this.addShift(node) || this.addWindow(node);
      default:
        return false;
    }
  }

  private addConvolution({ inputs: [x, weights, bias], outputs: [output], attributes }: Node): boolean {
    const { block } = this;
    const [filters, channels] = weights!.shape as [number, number];
    const fits = filters % block === 0 && (channels % block === 0 || channels < block) && (attributes.group ?? 1) === 1;
    if (!fits || x!.dataType !== 'float32' || !isFixed(x!)) return false;
    const forward = gradientFiltersOf(weights!);
    const ordered = forward && channels % block === 0 && (forward.shape[1] as number) % block === 0;
    this.pending.set(output!, {
      x: channels < block ? this.plainOf(x!) : this.blockedOf(x!),
      filters: ordered
        ? orderedGradientFilters(this.target, this.plainOf(forward), block)
        : orderedFilters(this.target, this.plainOf(weights!), block),
      bias: bias ? this.plainOf(bias) : null,
      attributes,
    });
    return true;
  }

  /** A convolution adds to its result what it is given; of two that could, the first does. */
  private addSum(first: Value, second: Value, output: Value): void {
    const host = [first, second].find((value) => this.endsIn(value) && !this.pending.get(value)!.sum);
    if (!host) return;
    const convolution = this.pending.get(host)!;
    this.pending.delete(host);
    this.pending.set(output, { ...convolution, sum: this.blockedOf(host === first ? second : first) });
  }

  /** Both operands have the shape of the result, or one of them is a scalar. */
  private addElementwise({ operator, inputs, outputs, attributes }: Node): boolean {
    const shape = outputs[0]!.shape;
    const isScalar = ({ shape }: Value): boolean => shape.every((size) => size === 1);
    const operands = inputs as readonly Value[];
    if (!operands.every((value) => isScalar(value) || sameShape(value.shape, shape))) return false;
    const forms = operands.map((value) => (isScalar(value) ? this.plainOf(value) : this.blockedOf(value)));
    this.blocked.set(outputs[0]!, this.target.add(operator as OperatorName, forms, attributes));
    return true;
  }

  private addChannelsLast({ inputs, outputs, attributes }: Node): boolean {
    const [x] = inputs as [Value];
    if (!this.isBlocked(x) || String(attributes.perm) !== '0,2,3,1') return false;
    this.plain.set(outputs[0]!, this.channelsLast(x));
    return true;
  }

  /** One operand has to be turned: that with fewer channels, or that which meets windows of the other. */
  private addPixelProduct(node: Node): boolean {
    const { rows, columns } = pixelProductOf(node) ?? {};
    if (!rows || !columns || !this.isBlocked(rows) || !this.isBlocked(columns)) return false;
    const turned = columns.producer?.operator === 'Slice' || (columns.shape[1] as number) > (rows.shape[1] as number);
    const [filters, other] = turned ? [columns, rows] : [rows, columns];
    const product = blockedPixelProduct(this.target, this.blockedOf(filters), this.pixelsOf(other), this.block, turned);
    this.plain.set(node.outputs[0]!, product);
    return true;
  }

  private pixelsOf(value: Value): Value {
    const made = this.pixels.get(value) ?? pixelsAsChannels(this.target, this.channelsLast(value), this.block);
    this.pixels.set(value, made);
    return made;
  }

  /** Windows of images: what stands before and behind the axes of pixels lies together in memory. */
  private addWindow({ operator, inputs, outputs }: Node): boolean {
    const { target, block } = this;
    const [x, ...parameters] = inputs as [Value, ...Value[]];
    const values = parameters.map((value) => value?.elements?.map(Number));
    const inner = (shape: Value['shape']): Value => {
      const [images, channels, height, width] = shape as [number, number, number, number];
      return target.integers((images * channels) / block, height, width, block);
    };
    const lines = (): Value => target.add('Reshape', [this.blockedOf(x), inner(x.shape)]);
    const [first, ends, axes, steps] = values;
    let window: Value;
    if (operator === 'Pad') {
      const [images, channels, top, left, imagesAfter, channelsAfter, bottom, right] = first ?? [];
      if ([images, channels, imagesAfter, channelsAfter].some((size) => size !== 0)) return false;
      window = target.add('Pad', [lines(), target.integers(0, top!, left!, 0, 0, bottom!, right!, 0)]);
    } else {
      if (axes?.join() !== '2,3' || steps?.some((step) => step !== 1)) return false;
      window = target.add('Slice', [lines(), target.integers(...first!), target.integers(...ends!), target.integers(1, 2)]);
    }
    this.blocked.set(outputs[0]!, target.add('Reshape', [window, target.integers(...(outputs[0]!.shape as number[]))]));
    return true;
  }

  /** As a window of an image within zeros, by a kernel that uses all threads where Pad and Slice use one. */
  private addShift(node: Node): boolean {
    const { of, by } = shiftOf(node) ?? {};
    if (!of || !by) return false;
    this.blocked.set(node.outputs[0]!, shifted(this.target, this.blockedOf(of), by, this.block));
    return true;
  }

  /** To that order, or from it: the permutation is its own inverse. */
  private addPixelsFirst({ inputs, outputs, attributes }: Node): boolean {
    const [[x], [output]] = [inputs, outputs] as [readonly [Value], readonly [Value]];
    if (String(attributes.perm) !== pixelsFirstOrder) return false;
    if (this.isBlocked(x)) this.plain.set(output, this.pixelsFirstOf(x));
    else if (this.canBeBlocked(output)) this.blocked.set(output, this.blockedOfPixelsFirst(this.plainOf(x), output));
    return this.has(output);
  }

  /** The gradient of a bias. */
  private addSumOverPixels({ inputs: [x, axes], outputs: [output], attributes }: Node): boolean {
    if (!this.isBlocked(x!) || axes?.elements?.join() !== '0,2,3' || attributes.keepdims !== 0) return false;
    const { target } = this;
    const [images, channels, height, width] = x!.shape as [number, number, number, number];
    const means = target.add(blockedOperators.globalAveragePool, [this.blockedOf(x!)]);
    const sum = target.add('ReduceSum', [target.add('Reshape', [means, target.integers(images, channels)]), target.integers(0)], {
      keepdims: 0,
    });
    this.plain.set(output!, target.add('Mul', [sum, target.numbers('float32', [height * width], [])]));
    return true;
  }

  /** [H, W, N, C]: to blocks, the channels of all images are as good as those of one. */
  private pixelsFirstOf(x: Value): Value {
    const known = this.pixelsFirst.get(x);
    if (known) return known;
    const [images, channels, height, width] = x.shape as [number, number, number, number];
    const { target } = this;
    const joined = target.add('Reshape', [this.blockedOf(x), target.integers(1, images * channels, height, width)]);
    const last = target.add(blockedOperators.reorderOutput, [joined], { channels: images * channels, channels_last: 1 });
    const made = target.add('Reshape', [last, target.integers(height, width, images, channels)]);
    this.pixelsFirst.set(x, made);
    return made;
  }

  /** Of [H, W, N, C] */
  private blockedOfPixelsFirst(pixels: Value, { shape }: Value): Value {
    const [images, channels, height, width] = shape as [number, number, number, number];
    const { target } = this;
    const last = target.add('Reshape', [pixels, target.integers(1, height, width, images * channels)]);
    const joined = target.add(blockedOperators.reorderInput, [last], { channels_last: 1 });
    return target.add('Reshape', [joined, target.integers(images, channels, height, width)]);
  }

  /** [N, H, W, C] */
  private channelsLast(value: Value): Value {
    const order = { channels: value.shape[1] as number, channels_last: 1 };
    return this.target.add(blockedOperators.reorderOutput, [this.blockedOf(value)], order);
  }

  private addUpsample({ inputs, outputs, attributes }: Node): boolean {
    if (attributes.mode !== nearestResize.mode) return false;
    const [x, output] = [inputs[0]!, outputs[0]!];
    const scales = output.shape.map((size, axis) => (size as number) / (x.shape[axis] as number));
    this.blocked.set(output, this.target.add(blockedOperators.upsample, [this.blockedOf(x)], { scales, mode: 'nearest' }));
    return true;
  }

  private canBeBlocked({ dataType, shape }: Value): boolean {
    return dataType === 'float32' && shape.length === 4 && isFixed({ shape }) && (shape[1] as number) % this.block === 0;
  }

  private isBlocked(value: Value): boolean {
    return this.blocked.has(value) || this.pending.has(value);
  }

  private has(value: Value): boolean {
    return this.plain.has(value) || this.isBlocked(value);
  }

  /** Whether a value is a convolution that nothing but the node in hand uses. */
  private endsIn(value: Value): boolean {
    return this.pending.has(value) && this.uses.get(value) === 1;
  }

  /** Adds the pending convolution of a value; what it gives stands for `output`. */
  private complete(value: Value, output: Value, activation: Attributes): void {
    const { x, filters, bias, sum, attributes } = this.pending.get(value)!;
    this.pending.delete(value);
    this.blocked.set(output, this.target.add(blockedOperators.conv, [x, filters, bias, sum ?? null], { ...attributes, ...activation }));
  }

  private plainOf(value: Value): Value {
    const known = this.plain.get(value);
    if (known) return known;
    const plain = this.target.add(blockedOperators.reorderOutput, [this.blockedOf(value)], { channels: value.shape[1] as number });
    this.plain.set(value, plain);
    return plain;
  }

  private blockedOf(value: Value): Value {
    if (this.pending.has(value)) this.complete(value, value, {});
    const known = this.blocked.get(value);
    if (known) return known;
    const blocked = this.target.add(blockedOperators.reorderInput, [this.plainOf(value)]);
    this.blocked.set(value, blocked);
    return blocked;
  }
}

function isFixed({ shape }: Pick<Value, 'shape'>): boolean {
  return shape.every((size) => typeof size === 'number');
}
