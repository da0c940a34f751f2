/** Rewrites a finished graph for the CPU: convolutions, and what lies between them, compute with blocked channels. */
import type { Graph } from '../../graph/graph.js';
import { neededParts } from '../../graph/needed-parts.js';
import type { Node } from '../../graph/operator.js';
import { nearestResize } from '../../graph/operators/resize.js';
import { sameShape, type Value } from '../../graph/value.js';
import { type Formulations, formulations } from '../convolution/formulations.js';
import { type ImageShape, plainOfPixelsFirst } from '../convolution/image.js';
import { gradientFilters, inputGradient, inputGradientAttributes, isConvolution } from '../convolution/input-gradient.js';
import { inputGradientOf, type NamedInputGradient, weightGradientOf } from '../convolution/named-gradients.js';
import { weightGradient } from '../convolution/weight-gradient.js';
import { winogradInputGradient, winogradInputPays } from '../convolution/winograd-input-gradient.js';
import { copyGraph, type GraphCopy } from '../copy-graph.js';
import { blockedOfPixelsFirst, cutImage, paddedImage } from './blocked-image.js';
import { blockedOperators } from './blocked-operators.js';
import { BlockedValues } from './blocked-values.js';
import { byChannel, centeredByBatch, meansByImage, normalized, subtracted, withBias } from './by-channel.js';
import { orderedFilters, orderedGradientFilters } from './ordered-filters.js';

/**
 * An equal graph, up to rounding, for sessions on this machine only: see `blockedOperators`.
 * @param block channels that lie together, as `channelBlock` found
 */
export function blockChannels(graph: Graph, block: number, chosen: Formulations = formulations['blocked-cpu']): Graph {
  const { nodes } = neededParts(graph);
  const uses = new Map<Value, number>();
  for (const value of [...nodes.flatMap(({ inputs }) => inputs), ...graph.outputs.values()]) {
    if (value) uses.set(value, (uses.get(value) ?? 0) + 1);
  }
  return copyGraph(graph, new Blocking(block, uses, chosen));
}

class Blocking extends BlockedValues implements GraphCopy {
  /** Of an image that was normalized by its mean: what the gradient needs again. */
  private readonly centered = new Map<Value, { readonly mean: Value; readonly image: Value }>();

  constructor(
    block: number,
    uses: ReadonlyMap<Value, number>,
    private readonly chosen: Formulations,
  ) {
    super(block, uses);
  }

  node(node: Node): void {
    if (this.addGradient(node) || this.addBlocked(node)) return;
    const outputs = this.target.addLike(
      node,
      node.inputs.map((input) => input && this.valueOf(input)),
    );
    for (const [index, output] of outputs.entries()) this.plain.set(node.outputs[index]!, output);
  }

  /** @returns true for the gradient of a convolution, which is added */
  private addGradient(node: Node): boolean {
    const ofWeights = weightGradientOf(node);
    if (ofWeights) {
      const operands = { x: this.imageOf(ofWeights.x), gradient: this.imageOf(ofWeights.gradient) };
      this.plain.set(node.outputs[0]!, weightGradient({ graph: this.target, ...operands, geometry: ofWeights.geometry }, this.chosen));
      return true;
    }
    const ofInput = inputGradientOf(node);
    if (ofInput) this.addInputGradient(ofInput);
    return ofInput !== undefined;
  }

  private addInputGradient(named: NamedInputGradient): void {
    const { target, block } = this;
    const { gradient, weights, geometry, output } = named;
    if (winogradInputPays(named, this.chosen.winogradInputs)) {
      const pixels = winogradInputGradient(target, this.imageOf(gradient), this.valueOf(weights), named);
      const shape = output.shape as unknown as ImageShape;
      if (this.canBeBlocked(output)) this.blocked.set(output, blockedOfPixelsFirst(target, pixels, shape));
      else this.plain.set(output, plainOfPixelsFirst(target, pixels));
      return;
    }
    const [filters, channels] = weights.shape as [number, number];
    const isConvolved = this.chosen.convolvedInputs && isConvolution(geometry);
    if (isConvolved && this.canConvolve(gradient, { filters: channels, channels: filters, group: geometry.group })) {
      this.pending.set(output, {
        x: filters < block ? this.valueOf(gradient) : this.blockedOf(gradient),
        filters:
          filters % block === 0
            ? orderedGradientFilters(target, this.valueOf(weights), block)
            : orderedFilters(target, gradientFilters(target, this.valueOf(weights), 1), block),
        bias: null,
        attributes: inputGradientAttributes(geometry),
      });
    } else this.plain.set(output, inputGradient(target, this.valueOf(gradient), this.valueOf(weights), named, this.chosen));
  }

  /** @returns whether the node could be added with blocked channels, and should be */
  private addBlocked(node: Node): boolean {
    const [first, second] = node.inputs as [Value, Value | undefined];
    const [output] = node.outputs as [Value];
    if (node.operator === 'Conv') return this.addConvolution(node);
    if (node.operator === 'Transpose') return this.addChannelsLast(node);
    if (node.operator === 'ReduceSum') return this.addSumOverPixels(node);
    if (!this.canBeBlocked(output) || !node.inputs.some((input) => input && this.isBlocked(input))) return false;
    if (this.chosen.vectorsByChannel && this.addByChannel(node)) return true;
    switch (node.operator) {
      case 'BatchNormalization':
        return this.chosen.vectorsByChannel && this.addNormalization(node);
      case 'Relu':
        if (this.endsIn(first)) this.complete(first, output, { activation: 'Relu' });
        else this.blocked.set(output, this.target.add('Relu', [this.blockedOf(first)]));
        return true;
      case 'Add':
        if (sameShape(first.shape, second!.shape)) this.addSum(first, second!, output);
        return this.has(output) || this.addElementwise(node);
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
        return this.addPadded(node);
      case 'Slice':
        return this.addPart(node);
      default:
        return node.rule.elementwise !== undefined && this.addElementwise(node);
    }
  }

  private addConvolution({ inputs: [x, weights, bias], outputs: [output], attributes }: Node): boolean {
    const { target, block } = this;
    const [filters, channels] = weights!.shape as [number, number];
    if (!this.canConvolve(x!, { filters, channels, group: attributes.group as number | undefined })) return false;
    this.pending.set(output!, {
      x: channels < block ? this.valueOf(x!) : this.blockedOf(x!),
      filters: orderedFilters(target, this.valueOf(weights!), block),
      bias: bias ? this.valueOf(bias) : null,
      attributes,
    });
    return true;
  }

  /** True when the blocked kernel can compute it; with fewer channels than a block, it reads plain images. */
  private canConvolve(x: Value, sizes: { filters: number; channels: number; group?: number | undefined }): boolean {
    const { block } = this;
    const { filters, channels, group = 1 } = sizes;
    const fits = filters % block === 0 && (channels % block === 0 || channels < block) && group === 1;
    return fits && x.dataType === 'float32' && isFixed(x);
  }

  /** A convolution adds to its result what it is given; of two that could, the first does. */
  private addSum(first: Value, second: Value, output: Value): void {
    const host = [first, second].find((value) => this.endsIn(value) && !this.pending.get(value)!.sum);
    if (!host) return;
    const convolution = this.pending.get(host)!;
    this.pending.delete(host);
    this.pending.set(output, { ...convolution, sum: this.blockedOf(host === first ? second : first) });
  }

  /** @returns false where no operand is a vector of channels, or an image times one that is subtracted */
  private addByChannel({ operator, inputs, outputs: [output] }: Node): boolean {
    const { target } = this;
    if (inputs.length !== 2 || inputs.some((input) => input?.dataType !== 'float32')) return false;
    const [first, second] = inputs as [Value, Value];
    if (operator === 'Sub' && sameShape(first.shape, second.shape)) {
      const subtrahend = this.endsIn(second) ? this.pending.get(second)! : undefined;
      if (!subtrahend?.isByChannel || subtrahend.sum) return false;
      this.pending.delete(second);
      this.pending.set(output!, subtracted(target, this.blockedOf(first), subtrahend));
      return true;
    }
    const ofChannels = [1, output!.shape[1]!, 1, 1];
    const isVector = ({ shape }: Value): boolean => sameShape(shape, ofChannels);
    const [image, vector] = isVector(first) && operator !== 'Sub' ? [second, first] : [first, second];
    if (!isVector(vector) || !sameShape(image.shape, output!.shape)) return false;
    if (operator === 'Mul') this.pending.set(output!, byChannel(target, this.blockedOf(image), this.valueOf(vector), null));
    else if (operator === 'Add') this.addSummand(image, this.vectorOf(vector), output!);
    else if (operator === 'Sub') this.addCentered(image, this.vectorOf(vector), output!);
    else return false;
    return true;
  }

  private addSummand(image: Value, bias: Value, output: Value): void {
    const host = this.endsIn(image) ? this.pending.get(image)! : undefined;
    if (host?.bias === null && !host.sum) {
      this.pending.delete(image);
      this.pending.set(output, { ...host, bias });
    } else this.pending.set(output, byChannel(this.target, this.blockedOf(image), undefined, bias));
  }

  private addCentered(image: Value, mean: Value, output: Value): void {
    const known = this.centered.get(image);
    this.blocked.set(
      output,
      known?.mean === mean ? known.image : withBias(this.target, this.blockedOf(image), this.target.add('Neg', [mean])),
    );
  }

  /** A value of [1, C, 1, 1] as [C]. */
  private vectorOf(value: Value): Value {
    const source = value.producer?.operator === 'Reshape' ? value.producer.inputs[0]! : undefined;
    const [, channels] = value.shape as [number, number];
    if (source?.shape.length === 1) return this.valueOf(source);
    return this.target.add('Reshape', [this.valueOf(value), this.target.integers(channels)]);
  }

  private addNormalization(node: Node): boolean {
    const { target } = this;
    const [x, scale, bias, mean, variance] = node.inputs as [Value, Value, Value, Value, Value];
    const [scaleOf, biasOf] = [this.valueOf(scale), this.valueOf(bias)];
    const [y, batchMean, batchVariance] = node.outputs;
    if (node.attributes.training_mode !== 1) {
      const vectors = { scale: scaleOf, bias: biasOf, mean: this.valueOf(mean), variance: this.valueOf(variance) };
      this.pending.set(y!, normalized(target, node, this.blockedOf(x), vectors));
      return true;
    }
    // its other outputs are then the statistics of the batch
    if (node.attributes.momentum !== 0) return false;
    const ofBatch = centeredByBatch(target, this.blockedOf(x));
    this.centered.set(x, { mean: ofBatch.mean, image: ofBatch.centered });
    this.plain.set(batchMean!, ofBatch.mean);
    this.plain.set(batchVariance!, ofBatch.variance);
    this.pending.set(y!, normalized(target, node, ofBatch.centered, { scale: scaleOf, bias: biasOf, variance: ofBatch.variance }));
    return true;
  }

  /** Both operands have the shape of the result, or one of them is a scalar. */
  private addElementwise(node: Node): boolean {
    const { inputs, outputs } = node;
    const shape = outputs[0]!.shape;
    const isScalar = ({ shape }: Value): boolean => shape.every((size) => size === 1);
    const fits = (value: Value): boolean => value.dataType === 'float32' && (isScalar(value) || sameShape(value.shape, shape));
    if (!inputs.every((value) => value === null || fits(value))) return false;
    const forms = inputs.map((value) => value && (isScalar(value) ? this.valueOf(value) : this.blockedOf(value)));
    this.blocked.set(outputs[0]!, this.target.addLike(node, forms)[0]!);
    return true;
  }

  private addChannelsLast({ inputs, outputs, attributes }: Node): boolean {
    const [x] = inputs as [Value];
    if (!this.isBlocked(x) || String(attributes.perm) !== '0,2,3,1') return false;
    this.plain.set(outputs[0]!, this.imageOf(x).channelsLast());
    return true;
  }

  private addPadded({ inputs: [x, pads], outputs: [output] }: Node): boolean {
    const [images, channels, top, left, imagesAfter, channelsAfter, bottom, right] = pads!.elements!.map(Number);
    if ([images, channels, imagesAfter, channelsAfter].some((size) => size !== 0)) return false;
    this.blocked.set(output!, paddedImage(this.target, this.blockedOf(x!), [top!, left!, bottom!, right!], this.block));
    return true;
  }

  private addPart({ inputs, outputs: [output] }: Node): boolean {
    const [x, starts, , axes, steps] = inputs as [Value, Value, Value, Value | undefined, Value | undefined];
    if (axes?.elements?.join() !== '2,3' || steps?.elements?.some((step) => step !== 1)) return false;
    const [top, left] = starts.elements!.map(Number) as [number, number];
    const [rows, columns] = output!.shape.slice(2) as [number, number];
    if (top < 0 || left < 0) return false;
    this.blocked.set(output!, cutImage(this.target, this.blockedOf(x), [top, left], [rows, columns], this.block));
    return true;
  }

  /** The gradient of a bias. */
  private addSumOverPixels({ inputs: [x, axes], outputs: [output], attributes }: Node): boolean {
    if (!this.isBlocked(x!) || axes?.elements?.join() !== '0,2,3' || attributes.keepdims !== 0) return false;
    const { target } = this;
    const [height, width] = x!.shape.slice(2) as [number, number];
    const sum = target.add('ReduceSum', [meansByImage(target, this.blockedOf(x!)), target.integers(0)], { keepdims: 0 });
    this.plain.set(output!, target.add('Mul', [sum, target.numbers('float32', [height * width], [])]));
    return true;
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
}

function isFixed({ shape }: Pick<Value, 'shape'>): boolean {
  return shape.every((size) => typeof size === 'number');
}
