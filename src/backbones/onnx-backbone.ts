/** Any image encoder in an ONNX file as a backbone: its nodes become part of our graphs, its weights trainable parameters. */
import { basename, dirname } from 'node:path';
import { differentiate } from '../graph/differentiate.js';
import { Graph } from '../graph/graph.js';
import { peakMemory } from '../graph/peak-memory.js';
import { addModel } from '../graph/reading/add-model.js';
import { type OnnxModel, readOnnxModel } from '../graph/reading/onnx-model.js';
import { type Dimension, formatShape, type Shape, type Value } from '../graph/value.js';
import { formatBytes } from '../support/byte-size.js';
import { asSentence, messageOf, UserError } from '../support/errors.js';
import { freeMemory } from '../support/free-memory.js';
import { literalPattern } from '../support/literal-pattern.js';
import { suggestNear } from '../support/nearest-name.js';
import { onnxDataTypes } from '../tensors/onnx-data-types.js';
import { type Backbone, encoderPrefix } from './backbone.js';
import type { BackboneContext } from './backbone-context.js';
import { findImageInput } from './onnx-image-input.js';
import { onnxParameters } from './onnx-parameters.js';
import { type ParameterSpec, Parameters } from './parameters.js';
import { onnxPreset } from './preset.js';

export interface OnnxBackboneOptions {
  /** Name of the output that is the embedding, or `auto`. */
  readonly output: string;
  /** Per channel, of pixels scaled to 0..1. */
  readonly mean: readonly [number, number, number];
  readonly standardDeviation: readonly [number, number, number];
}

export interface OnnxBackbone extends Backbone {
  readonly model: OnnxModel;
}

/** Outputs that hold the embedding where a model has several, as optimum and open_clip name them; the first that there is. */
const usualOutputs = ['image_embeds', 'image_features', 'pooler_output', 'embedding', 'embeddings'];
/** Five halvings, which most convolutional encoders have, leave one position. */
const smallestSide = 32;
/** Side of images that try out a model of free size: a multiple of the usual patches and halvings. */
const trialSide = 224;

/**
 * Reads an image encoder.
 * @throws UserError when it cannot be read, has no single float image [N, 3, H, W] as input or no output [N, embedding], when images
 * need more memory than is free, or a node cannot be trained: which one and why.
 */
export async function openOnnxBackbone(path: string, options: OnnxBackboneOptions): Promise<OnnxBackbone> {
  const model = await readOnnxModel(path);
  requireEncoder(model);
  const output = outputOf(model, options.output);
  const image = findImageInput(model, output, options.mean);
  const { fixedSide } = image;
  const specs = onnxParameters(model, [output]);
  const embed = ({ graph, parameters }: BackboneContext, pixels: Value): Value =>
    addModel(graph, model, [output], {
      inputs: new Map([[image.name, image.laidOut(graph, pixels)]]),
      bind: (name, tensor) => (specs.has(name) ? parameters.declare(specs.get(name)!) : graph.constant(tensor)),
    })[0]!;
  const free = embeddingOf(embed, image.isForOne, ['batch', 3, fixedSide ?? 'height', fixedSide ?? 'width']);
  const embedding = free.shape[1];
  if (free.shape.length !== 2 || typeof embedding !== 'number' || free.dataType !== 'float32') {
    throw new UserError(
      `${path} cannot be used: its output ${output} is ${free.dataType} ${formatShape(free.shape)}, expected float32 [N, embedding]. ` +
        adviceInsteadOf(output, model, free.shape),
    );
  }
  const trained = [...specs.values()].filter(({ role }) => role === 'parameter');
  if (trained.length === 0) throw new UserError(`${path} cannot be trained: it has no weights on which ${output} depends.`);
  checkGradients(model, embed, fixedSide ?? trialSide);
  const weights = trained.reduce((total, { shape }) => total + shape.reduce((product, size) => product * size, 1), 0);
  return {
    name: basename(path),
    files: { folder: dirname(path), names: [basename(path), ...model.externalFiles] },
    description: `the output ${output} of an ONNX file with SHA-256 ${model.sha256} (${(weights / 1e6).toFixed(1)} M parameters)`,
    pretrained: 'required',
    trainNormalization: 'running',
    batchNormalization: false,
    parts: partsOf(trained),
    embedding,
    mean: options.mean,
    standardDeviation: options.standardDeviation,
    preset: onnxPreset,
    minimumSide: fixedSide ?? smallestSide,
    sideMultiple: 1,
    reader: { family: 'ONNX', layouts: [] },
    wordlessPrompts: 'seeded',
    memoryOverhead: { batch: 1.05, running: 1.05 },
    ...(fixedSide !== undefined && { fixedSide, trainedSide: fixedSide }),
    embed,
    model,
  };
}

/** @throws UserError for a model that this program exported. */
function requireEncoder({ path, inputs, outputs }: OnnxModel): void {
  const takesBytes = inputs.some(({ name, elementType }) => name === 'image' && elementType === onnxDataTypes.uint8);
  if (!takesBytes || !outputs.some(({ name }) => name === 'score')) return;
  throw new UserError(`${path} is a model that was exported to score images, not an encoder. Start from its run instead: --init NAME.`);
}

function outputOf({ path, outputs }: OnnxModel, wanted: string): string {
  const names = outputs.map(({ name }) => name);
  if (wanted !== 'auto') {
    if (names.includes(wanted)) return wanted;
    throw new UserError(`${path} has no output "${wanted}", only ${names.join(', ')}.${suggestNear(wanted, names)}`);
  }
  const vectors = outputs.filter(({ shape }) => shape === undefined || shape.length === 2).map(({ name }) => name);
  const [only, ...others] = vectors;
  if (only !== undefined && others.length === 0) return only;
  const usual = usualOutputs.find((name) => vectors.includes(name));
  if (usual !== undefined) return usual;
  // what is wrong with it is said once its shape is known
  if (outputs.length === 1) return names[0]!;
  throw new UserError(
    only === undefined
      ? `${path} has no output [N, embedding] by itself: its outputs are ${names.join(', ')}. Choose one with --output.`
      : `${path} has ${vectors.length} outputs [N, embedding]. Choose one with --output: ${vectors.join(', ')}.`,
  );
}

/** What to do about an output that is no embedding. */
function adviceInsteadOf(output: string, { outputs }: OnnxModel, shape: Shape): string {
  const others = outputs.filter(({ name }) => name !== output).map(({ name }) => name);
  if (others.length > 0) return `Choose another --output: ${others.join(', ')}.`;
  return shape.length > 2
    ? 'Average it to one vector an image, and export that.'
    : 'Export the model up to the features of each image, before what is made of them.';
}

/** The embedding of any number of images. @throws UserError when it has none; that it takes one image only where that is the reason. */
function embeddingOf(embed: Backbone['embed'], isForOne: boolean, [batch, ...shape]: Shape): Value {
  const build = (count: Dimension): Value => {
    const graph = new Graph();
    return embed(
      { graph, parameters: new Parameters(graph, 'inputs'), normalization: 'running' },
      graph.input('pixels', 'float32', [count, ...shape]),
    );
  };
  try {
    return build(batch!);
  } catch (error) {
    if (!isForOne || !succeeds(() => build(1))) throw error;
    throw new UserError(
      `${asSentence(messageOf(error))} It was exported for one image at a time: export it with a free batch size (dynamic_axes or dynamic_shapes).`,
    );
  }
}

function succeeds(build: () => unknown): boolean {
  try {
    build();
    return true;
  } catch {
    return false;
  }
}

/** Differentiates the embedding of two images: what has no gradient, or does not fit into memory, is known before anything is trained. */
function checkGradients({ path }: OnnxModel, embed: Backbone['embed'], side: number): void {
  const graph = new Graph();
  const parameters = new Parameters(graph, 'inputs');
  const embedding = embed({ graph, parameters, normalization: 'running' }, graph.input('pixels', 'float32', [2, 3, side, side]));
  graph.output('embedding', embedding);
  const [needed, free] = [peakMemory(graph) + graph.constantBytes, freeMemory()];
  if (needed > free) {
    throw new UserError(
      `${path} cannot be used: two images of ${side} pixels take ${formatBytes(needed)} of memory in it, and ${formatBytes(free)} are free.`,
    );
  }
  const trained = [...parameters.specs.values()].filter(({ role }) => role === 'parameter');
  try {
    differentiate(
      graph,
      graph.add('ReduceSum', [embedding], { keepdims: 0 }),
      trained.map(({ name }) => parameters.declared.get(name)!),
    );
  } catch (error) {
    throw new UserError(`${path} cannot be trained: ${asSentence(messageOf(error))}`);
  }
}

/** The part before the first dot of a name, as PyTorch names parameters; names without a dot belong to no part. */
function partsOf(specs: readonly ParameterSpec[]): Record<string, RegExp> {
  const names = specs.map(({ name }) => name.slice(encoderPrefix.length)).filter((name) => name.includes('.'));
  const parts = [...new Set(names.map((name) => name.slice(0, name.indexOf('.'))))];
  return Object.fromEntries(parts.map((part) => [part, new RegExp(`^${literalPattern(`${encoderPrefix}${part}.`)}`)]));
}
