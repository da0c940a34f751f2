/** The input of an ONNX encoder that takes photographs: found among all inputs, with the true reason where there is none. */
import type { Graph } from '../graph/graph.js';
import { neededNodes } from '../graph/reading/add-model.js';
import type { FileValue, OnnxModel } from '../graph/reading/onnx-model.js';
import { type Dimension, formatShape, type Value } from '../graph/value.js';
import { UserError } from '../support/errors.js';
import { findDataType, onnxDataTypes } from '../tensors/onnx-data-types.js';

export interface ImageInput {
  readonly name: string;
  /** Side of the only images that it takes, pixels; undefined where any size will do. */
  readonly fixedSide: number | undefined;
  /** True where it states a batch of one image. */
  readonly isForOne: boolean;
  /** @param pixels [N, 3, H, W] @returns them as the input takes them: [N, H, W, 3] for channels last */
  laidOut(graph: Graph, pixels: Value): Value;
}

/** Element types that pixels of 32-bit floats can stand for. */
const floats: readonly (number | undefined)[] = [onnxDataTypes.float32, onnxDataTypes.float16];

/**
 * @param mean of the pixels, as the user gave it: an encoder of bytes normalizes them itself
 * @throws UserError when no input, or more than one, takes RGB images in a batch; or the output needs other inputs, too
 */
export function findImageInput(model: OnnxModel, output: string, mean: readonly number[]): ImageInput {
  const { path, inputs } = model;
  const needed = new Set(neededNodes(model, [output]).flatMap((node) => node.inputs));
  const images = inputs.filter((input) => isFirst(input) || isLast(input));
  const [image, second] = images.length > 1 ? images.filter(({ name }) => needed.has(name)) : images;
  if (image === undefined) throw new UserError(`${path} is not an encoder of RGB images: ${reasonOf(inputs)}.`);
  if (second !== undefined) {
    throw new UserError(`${path} takes several images, ${image.name} and ${second.name}: export an encoder of one.`);
  }
  const other = inputs.find(({ name }) => name !== image.name && needed.has(name));
  if (other !== undefined) {
    throw new UserError(
      `${path} needs ${described(other)} beside the image: export it with that fixed, or choose another --output that does without it.`,
    );
  }
  checkType(model, image, mean);
  const isChannelsLast = !isFirst(image);
  const [batch, ...sizes] = image.shape!;
  const [height, width] = isChannelsLast ? [sizes[0]!, sizes[1]!] : [sizes[1]!, sizes[2]!];
  return {
    name: image.name,
    fixedSide: sideOf(path, image, height, width),
    isForOne: batch === 1,
    laidOut: (graph, pixels) => (isChannelsLast ? graph.add('Transpose', [pixels], { perm: [0, 2, 3, 1] }) : pixels),
  };
}

/** [N, 3, H, W], or an axis without a size where channels may be, unless the last one is them. */
function isFirst({ shape }: FileValue): boolean {
  return shape?.length === 4 && (shape[1] === 3 || (typeof shape[1] === 'string' && shape[3] !== 3));
}

/** [N, H, W, 3] */
function isLast({ shape }: FileValue): boolean {
  return shape?.length === 4 && shape[1] !== 3 && shape[3] === 3;
}

/** Why none of the inputs takes RGB images. */
function reasonOf(inputs: readonly FileValue[]): string {
  const list = inputs.map(described).join(', ') || 'none';
  const has = (test: (shape: readonly Dimension[]) => boolean): boolean => inputs.some(({ shape }) => shape !== undefined && test(shape));
  if (inputs.length === 0) return 'it has no input';
  if (inputs.every(({ shape }) => shape === undefined)) return `it does not state the shape of its inputs (${list}). Export it with shapes`;
  if (has((shape) => shape.length === 5)) return `it takes videos or volumes (${list}), not images [N, 3, H, W]`;
  if (has((shape) => shape.length === 3 && shape.includes(3)))
    return `it takes one image without a batch (${list}). Export it for [N, 3, H, W]`;
  if (has((shape) => shape.length === 4)) {
    return `it takes images of another number of channels (${list}), and photographs have three. Export it for [N, 3, H, W]`;
  }
  return `its inputs are ${list}, and an image is [N, 3, H, W]`;
}

function checkType({ path }: OnnxModel, image: FileValue, mean: readonly number[]): void {
  if (floats.includes(image.elementType)) return;
  const type = typeName(image.elementType);
  if (image.elementType !== onnxDataTypes.uint8) {
    throw new UserError(`${path} takes images of ${type} (${image.name}): export it for pixels of float32.`);
  }
  if (mean.some((value) => value !== 0)) {
    throw new UserError(
      `${path} takes bytes (${image.name}), which it normalizes itself: give --mean 0,0,0 --std 0.00392157,0.00392157,0.00392157, or export it for float32.`,
    );
  }
}

function sideOf(path: string, image: FileValue, height: Dimension, width: Dimension): number | undefined {
  if (typeof height === 'string' && typeof width === 'string') return undefined;
  if (typeof height === 'number' && height === width) return height;
  throw new UserError(`${path} takes images of ${described(image)}, but crops are square: export it with a square or a free size.`);
}

function described({ name, elementType, shape }: FileValue): string {
  return `${name} (${typeName(elementType)} ${shape ? formatShape(shape) : 'of unknown shape'})`;
}

function typeName(elementType: number): string {
  return findDataType(elementType) ?? `element type ${elementType}`;
}
