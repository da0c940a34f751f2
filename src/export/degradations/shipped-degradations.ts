/**
 * What is wrong with an image, as the model that ships tells it: its part that gives `degradations`, which every exported file takes in. Training
 * takes from an encoder what tells one kind of damage from another; that part sees it in the pixels, whatever encoder the score comes from.
 */
import { readFile } from 'node:fs/promises';
import { Graph } from '../../graph/graph.js';
import { encodeOnnx } from '../../graph/onnx-file.js';
import { addModel } from '../../graph/reading/add-model.js';
import { type OnnxModel, readOnnxModel } from '../../graph/reading/onnx-model.js';
import type { Value } from '../../graph/value.js';
import { degradationsOutput } from '../../heads/degradation-groups.js';
import { onnxDataTypes } from '../../tensors/onnx-data-types.js';
import { type ModelDescription, parseModelDescription } from '../model-description.js';
import { shippedModel } from '../shipped-model.js';

export interface ShippedDegradations {
  readonly model: OnnxModel;
  /** Its groups, thresholds and figures. */
  readonly described: NonNullable<ModelDescription['degradations']>;
  /** Smaller sides are repeated to this one, pixels. */
  readonly smallestSide: number;
  /** The ONNX file that gives the degradations alone, of images of any size. */
  readonly file: Uint8Array;
}

/** @returns undefined where this copy of the program comes without its model */
export async function readShippedDegradations(): Promise<ShippedDegradations | undefined> {
  const shipped = await shippedModel();
  if (shipped === undefined) return undefined;
  const { degradations, weights, size } = parseModelDescription(await readFile(shipped.description, 'utf8'), shipped.description);
  if (degradations === undefined) return undefined;
  const model = await readOnnxModel(shipped.path);
  const from = { model: 'capture', sha256: model.sha256, ...(weights && { weights }) };
  const part = { model, smallestSide: size.minimumSide };
  return { ...part, described: { ...degradations, from }, file: degradationsFile(part) };
}

/**
 * Gives a graph the output `degradations` [batch, groups].
 * @param graph has the input `image`, uint8 [batch, height, width, 3]
 * @param minimumSide of the images that it takes, pixels
 */
export function addDegradations(
  graph: Graph,
  { model, smallestSide }: Pick<ShippedDegradations, 'model' | 'smallestSide'>,
  minimumSide: number,
): void {
  const image = graph.inputs.get('image')!;
  const seen = minimumSide < smallestSide ? repeated(graph, image, smallestSide) : image;
  const [degradations] = addModel(graph, model, [degradationsOutput], {
    inputs: new Map([['image', seen]]),
    // names that a graph gave itself are not kept; others keep away from those of the encoder
    bind: (name, tensor) => graph.constant(tensor, /^constant_/.test(name) ? undefined : `${degradationsOutput}/${name}`),
  }) as [Value];
  graph.output(degradationsOutput, degradations);
}

function degradationsFile(part: Parameters<typeof addDegradations>[1]): Uint8Array {
  const graph = new Graph();
  graph.input('image', 'uint8', ['batch', 'height', 'width', 3]);
  addDegradations(graph, part, 1);
  return encodeOnnx(graph);
}

/** Rows and columns again from the first on, where there are too few of them; as floats, since TensorRT takes bytes at Cast only. */
function repeated(graph: Graph, image: Value, side: number): Value {
  const sizes = graph.add('Shape', [image]);
  const scalar = (value: number): Value => graph.numbers('int64', value);
  return [1, 2].reduce(
    (pixels, axis) => {
      const own = graph.add('Gather', [sizes, scalar(axis)]);
      const all = graph.add('Range', [scalar(0), graph.add('Max', [own, scalar(side)]), scalar(1)]);
      return graph.add('Gather', [pixels, graph.add('Mod', [all, own])], { axis });
    },
    graph.add('Cast', [image], { to: onnxDataTypes.float32 }),
  );
}
