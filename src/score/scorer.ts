/** An exported model, ready to score images of any size. */
import { readFile, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { type ModelDescription, parseModelDescription } from '../export/model-description.js';
import { cropImage, type Image } from '../images/image.js';
import type { DeviceSetup } from '../runtime/devices/device.js';
import { describePlacement } from '../runtime/models/node-placement.js';
import type { ModelSignature } from '../runtime/onnxruntime/model-signature.js';
import { SessionThread } from '../runtime/sessions/session-thread.js';
import { messageOf, systemCodeOf, UserError } from '../support/errors.js';
import { fileError } from '../support/files/file-errors.js';
import { mistakenFileAt } from '../support/files/mistaken-file.js';
import { IdleThreads } from './idle-threads.js';
import { type Part, partsOf } from './tiles.js';

export interface Scorer {
  readonly description: ModelDescription;
  /**
   * The score of an image, 0..1, higher is better.
   * @throws UserError when the image is smaller than the model's minimum.
   */
  score(image: Image): Promise<number>;
  close(): Promise<void>;
}

/** Computed on the processor unless a device is given. */
export interface ScorerOptions extends Partial<DeviceSetup> {
  /** Images of more pixels are split into tiles; default: as the model says. */
  readonly maximumPixels?: number;
  /** Takes what is worth knowing about the device, after the first image, and of images that are too small for crops, once. */
  readonly onNotice?: (notice: string) => void;
  /** Whether many images are scored at a time: then small models have a copy for every few cores, each image one; default: no. */
  readonly manyImages?: boolean;
}

/** Crops in one call: bounds memory; more are no faster. */
const cropsAtOnce = 12;
/** Of a model that has copies, with its weights: copies take memory, and large models use several cores well enough. */
const largestCopied = 64 * 2 ** 20;
const mostCopies = 4;

/**
 * Loads an exported model: `model.onnx` with `model.json` beside it.
 * @throws UserError when a file is missing or is not what it should be.
 */
export async function openScorer(modelPath: string, options: ScorerOptions = {}): Promise<Scorer> {
  const { device = 'cpu', providerOptions, onNotice, manyImages = false } = options;
  const threads =
    manyImages && device === 'cpu' && (await isSmall(modelPath))
      ? copies()
      : [new SessionThread({ device, ...(providerOptions && { providerOptions }) })];
  const close = async (): Promise<void> => {
    await Promise.all(threads.map((thread) => thread.close()));
  };
  let description: ModelDescription;
  try {
    const signatures = await Promise.all(threads.map((thread) => load(thread, modelPath)));
    checkSignature(signatures[0]!, modelPath);
    description = await readDescription(modelPath);
  } catch (error) {
    await close();
    throw error;
  }
  const idle = new IdleThreads(threads);
  const { crops } = description;
  const policy = { ...description, largeImages: { maximumPixels: options.maximumPixels ?? description.largeImages.maximumPixels } };
  const scoresOf = async (image: Image, parts: readonly Part[]): Promise<Float32Array> => {
    const { width, height } = parts[0]!;
    const feeds = { image: { dataType: 'uint8', shape: [parts.length, height, width, 3], data: pixelsOf(image, parts) } } as const;
    const results = await idle.use((thread) => thread.run('model', feeds, { outputs: ['score'] }));
    return results.score!.data as Float32Array;
  };
  let isSmallKnown = false;
  const tellSmall = ({ width, height }: Image, side: number): void => {
    if (isSmallKnown) return;
    isSmallKnown = true;
    onNotice?.(`Images with a side under ${side} pixels, such as one of ${width}x${height}, are scored as a whole only.`);
  };
  let placementIsKnown = false;
  const tellPlacement = async (): Promise<void> => {
    if (placementIsKnown) return;
    placementIsKnown = true;
    const notice = describePlacement(await threads[0]!.placement('model'));
    if (notice !== undefined) onNotice?.(notice);
  };
  return {
    description,
    async score(image) {
      const { minimumSide } = description.size;
      if (Math.min(image.width, image.height) < minimumSide) {
        throw new UserError(`${image.width}x${image.height} pixels are too small: the model needs at least ${minimumSide} on each side`);
      }
      const parts = partsOf(image.width, image.height, policy);
      if (crops && parts.length === 1) tellSmall(image, crops.side);
      let [sum, weight] = [0, 0];
      for (const batch of batchesOf(parts, crops ? cropsAtOnce : 1)) {
        const scores = await scoresOf(image, batch);
        for (const [index, part] of batch.entries()) {
          sum += scores[index]! * part.weight;
          weight += part.weight;
        }
      }
      await tellPlacement();
      return sum / weight;
    },
    close,
  };
}

/** Parts in their order, neighbours of one size together. */
function batchesOf(parts: readonly Part[], most: number): Part[][] {
  const batches: Part[][] = [];
  for (const part of parts) {
    const last = batches.at(-1);
    if (last && last.length < most && last[0]!.width === part.width && last[0]!.height === part.height) last.push(part);
    else batches.push([part]);
  }
  return batches;
}

/** @returns [parts, height, width, 3] */
function pixelsOf(image: Image, parts: readonly Part[]): Uint8Array {
  const cropped = parts.map(({ left, top, width, height }) =>
    width === image.width && height === image.height ? image.data : cropImage(image, left, top, width, height).data,
  );
  return cropped.length === 1 ? cropped[0]! : new Uint8Array(Buffer.concat(cropped));
}

async function isSmall(path: string): Promise<boolean> {
  const sizes = [path, `${path}.data`].map((file) =>
    stat(file).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size) <= largestCopied;
}

function copies(): SessionThread[] {
  const cores = availableParallelism();
  const count = Math.min(mostCopies, cores);
  return Array.from({ length: count }, () => new SessionThread({ threads: Math.floor(cores / count) }));
}

async function load(thread: SessionThread, path: string): Promise<ModelSignature> {
  try {
    if ((await stat(path)).isDirectory()) throw new UserError(`${path} is a directory, not an ONNX file. Give its model.onnx`);
  } catch (error) {
    throw fileError('read the model', path, error);
  }
  try {
    return await thread.load('model', path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const reason = messageOf(error)
      .replaceAll(/\s+/g, ' ')
      .replace(/^Load model from .* failed: ?/, '');
    throw new UserError(`${path} is not an ONNX model that can be run: ${(await mistakenFileAt(path)) ?? reason.slice(0, 200)}`);
  }
}

async function readDescription(modelPath: string): Promise<ModelDescription> {
  const path = join(dirname(modelPath), 'model.json');
  try {
    return parseModelDescription(await readFile(path, 'utf8'), path);
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw fileError('read', path, error);
    throw new UserError(`${path} is missing: it says how to use ${modelPath} and belongs beside it`);
  }
}

function checkSignature({ inputs, outputs }: ModelSignature, path: string): void {
  const [image] = inputs;
  if (inputs.length !== 1 || image?.name !== 'image' || image.dataType !== 'uint8' || !outputs.some(({ name }) => name === 'score')) {
    throw new UserError(`${path} is not a model of this program: expected the input image (uint8) and the output score`);
  }
}
