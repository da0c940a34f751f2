/** The part of an exported model that turns pixels of any size into a score. */
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { cardProblem } from '../export/card-problem.js';
import type { ModelDescription } from '../export/model-description.js';
import { cropImage, type Image } from '../images/image.js';
import { type DeviceSetup, isOutOfMemory } from '../runtime/devices/device.js';
import type { ModelSignature } from '../runtime/onnxruntime/model-signature.js';
import { describePlacement } from '../runtime/sessions/session-messages.js';
import { asSentence, messageOf, UserError } from '../support/errors.js';
import { mistakenFileAt } from '../support/files/mistaken-file.js';
import { installationFault } from '../support/installation-fault.js';
import { ThreadFailure } from '../support/threads/request-thread.js';
import type { NamedTensors } from '../tensors/tensor-data.js';
import type { FoundModel } from './find-model.js';
import { ModelSessions, type RunRequest } from './model-sessions.js';
import { readDescription } from './read-description.js';
import { requireOwnFiles } from './require-own-files.js';
import { type Part, partsOf, type Tile } from './tiles.js';

/** Its signal ends the scoring between two tiles, too. */
export interface ScoringRequest extends RunRequest {
  /** True to ask for the degradations, too, which the model must have. */
  readonly degradations?: boolean | undefined;
}

export interface TileScores {
  /** [tiles], 0..1, higher is better. */
  readonly scores: Float32Array;
  /** Where asked for: [tiles, groups], 0..1. */
  readonly degradations?: Float32Array;
}

export interface ScorerResult {
  /** 0..1, higher is better. */
  readonly score: number;
  /** Where asked for: strength of each group of `description.degradations`, 0..1; of a large image the mean over its parts. */
  readonly degradations?: readonly number[];
}

export interface Scorer {
  readonly description: ModelDescription;
  /** @throws UserError when the image is smaller than the model's minimum, or ONNX Runtime fails. */
  score(image: Image, request: ScoringRequest): Promise<ScorerResult>;
  /** Scores tiles of one size. @throws as `score` */
  scoreTiles(image: Image, tiles: readonly Tile[], request: ScoringRequest): Promise<TileScores>;
  close(): Promise<void>;
}

export interface ScorerOptions {
  readonly device: DeviceSetup;
  /** Images of more pixels are split into tiles; default: as the model says. */
  readonly maximumPixels?: number;
  /** Takes what is worth knowing about the device, after the first image, and of images that are too small for crops, once. */
  readonly onNotice?: (notice: string) => void;
}

/** Crops in one call: bounds memory; more are no faster. */
const cropsAtOnce = 12;

/** Pixels of all tiles of a map in one call, which bounds memory: 16 tiles of 128x128. */
const tilePixelsAtOnce = 2 ** 18;

/**
 * Loads an exported model: `model.onnx` with `model.json` beside it.
 * @throws UserError when a file is missing or is not what it should be.
 */
export async function openScorer(
  { path: modelPath, description: descriptionPath }: FoundModel,
  { device, maximumPixels, onNotice }: ScorerOptions,
): Promise<Scorer> {
  const sessions = new ModelSessions(modelPath, device);
  let description: ModelDescription;
  try {
    description = await readWhole(sessions, modelPath, descriptionPath);
    const problem = onNotice && (await cardProblem(dirname(modelPath), description.files?.[0]?.sha256));
    if (problem !== undefined) onNotice?.(`note: ${problem}`);
  } catch (error) {
    await sessions.close();
    throw error;
  }
  const { crops } = description;
  const policy = { ...description, largeImages: { maximumPixels: maximumPixels ?? description.largeImages.maximumPixels } };
  const run = async (image: Image, parts: readonly Tile[], request: RunRequest, outputs: readonly string[]): Promise<NamedTensors> => {
    const { width, height } = parts[0]!;
    const feeds = { image: { dataType: 'uint8', shape: [parts.length, height, width, 3], data: pixelsOf(image, parts) } } as const;
    try {
      return await sessions.run(feeds, outputs, request);
    } catch (error) {
      throw request.signal?.aborted ? request.signal.reason : runningError(error);
    }
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
    const notice = describePlacement(await sessions.first.placement('model'));
    if (notice !== undefined) onNotice?.(notice);
  };
  const requireSize = ({ width, height }: Image): void => {
    const { minimumSide } = description.size;
    if (Math.min(width, height) >= minimumSide) return;
    const message = `${width}x${height} pixels are too small: the model needs at least ${minimumSide} on each side`;
    throw new UserError(message, { code: 'ERR_ANTONYM_TOO_SMALL' });
  };
  return {
    description,
    async score(image, request) {
      requireSize(image);
      const parts = partsOf(image.width, image.height, policy);
      if (crops && parts.length === 1) tellSmall(image, crops.side);
      const further = request.degradations ? description.degradations : undefined;
      const outputs = ['score', ...(further ? [further.output] : [])];
      const sums = outputs.map((_, index) => new Float64Array(index === 0 ? 1 : further!.groups.length));
      let weight = 0;
      for (const batch of batchesOf(parts, crops ? cropsAtOnce : 1)) {
        request.signal?.throwIfAborted();
        const results = await run(image, batch, request, outputs);
        for (const [place, sum] of sums.entries()) addRows(sum, results[outputs[place]!]!.data as Float32Array, batch);
        weight += batch.reduce((total, part) => total + part.weight, 0);
      }
      if (onNotice !== undefined) await tellPlacement();
      const [score, values] = sums.map((sum) => Array.from(sum, (value) => value / weight));
      requireScore(score![0]!, description, modelPath);
      return { score: score![0]!, ...(values && { degradations: values }) };
    },
    async scoreTiles(image, tiles, request) {
      requireSize(image);
      const further = request.degradations ? description.degradations : undefined;
      const scores = new Float32Array(tiles.length);
      const strengths = further && new Float32Array(tiles.length * further.groups.length);
      const [{ width, height } = image] = tiles;
      const atOnce = Math.max(1, Math.floor(tilePixelsAtOnce / (width * height)));
      for (let start = 0; start < tiles.length; start += atOnce) {
        request.signal?.throwIfAborted();
        const results = await run(image, tiles.slice(start, start + atOnce), request, ['score', ...(further ? [further.output] : [])]);
        scores.set(results.score!.data as Float32Array, start);
        if (further) strengths!.set(results[further.output]!.data as Float32Array, start * further.groups.length);
      }
      if (onNotice !== undefined) await tellPlacement();
      for (const score of scores) requireScore(score, description, modelPath);
      return { scores, ...(strengths && { degradations: strengths }) };
    },
    close: () => sessions.close(),
  };
}

/** The hash is computed while ONNX Runtime loads the file; a file that is not the described one is told before what ONNX Runtime says of it. */
async function readWhole(sessions: ModelSessions, modelPath: string, descriptionPath?: string): Promise<ModelDescription> {
  const status = await stat(modelPath).catch(() => undefined);
  if (status !== undefined && !status.isFile()) {
    throw new UserError(`${modelPath} is not a regular file: give the ONNX file.`, { code: 'ERR_ANTONYM_BAD_MODEL' });
  }
  const reading = readDescription(modelPath, descriptionPath).then(async (description) => {
    await requireOwnFiles(modelPath, description);
    return description;
  });
  const [described, loaded] = await Promise.allSettled([reading, load(sessions, modelPath)]);
  const isMissing =
    described.status === 'rejected' && described.reason instanceof UserError && described.reason.code === 'ERR_ANTONYM_NO_SUCH_FILE';
  if (described.status === 'rejected' && !isMissing) throw described.reason;
  if (loaded.status === 'rejected') throw loaded.reason;
  checkSignature(loaded.value, modelPath);
  if (described.status === 'rejected') throw described.reason;
  requireOutput(described.value, loaded.value, modelPath);
  return described.value;
}

/** @throws UserError when the file lacks the degradations that model.json describes. */
function requireOutput({ degradations }: ModelDescription, { outputs }: ModelSignature, path: string): void {
  if (degradations === undefined) return;
  const found = outputs.find(({ name }) => name === degradations.output);
  if (found?.dataType === 'float32' && found.shape.length === 2) return;
  const message = `${path} has no output ${degradations.output} (float32 [batch, groups]), which its model.json describes. Export the model again.`;
  throw new UserError(message, { code: 'ERR_ANTONYM_BAD_MODEL' });
}

/** Adds the rows of parts, [parts, size], each times its part's weight. */
function addRows(sum: Float64Array, rows: Float32Array, parts: readonly Part[]): void {
  for (const [row, { weight }] of parts.entries())
    for (let index = 0; index < sum.length; index++) sum[index]! += rows[row * sum.length + index]! * weight;
}

/** Parts in their order, neighbors of one size together. */
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
function pixelsOf(image: Image, parts: readonly Tile[]): Uint8Array {
  const cropped = parts.map(({ left, top, width, height }) =>
    width === image.width && height === image.height ? image.data : cropImage(image, left, top, width, height).data,
  );
  return cropped.length === 1 ? cropped[0]! : new Uint8Array(Buffer.concat(cropped));
}

async function load(sessions: ModelSessions, path: string): Promise<ModelSignature> {
  try {
    return await sessions.load();
  } catch (error) {
    throw await loadingError(error, path);
  }
}

/** Only what ONNX Runtime says of the file is the file's fault. */
async function loadingError(error: unknown, path: string): Promise<unknown> {
  if (error instanceof UserError) return error;
  if (error instanceof ThreadFailure) return threadError(error);
  const reason = messageOf(error)
    .replaceAll(/\s+/g, ' ')
    .replace(/^Load model from .* failed: ?/, '')
    // a place in ONNX Runtime's source, and the signature of the function there
    .replace(/^\S+\.(cc|h):\d+ .*\) (?=[A-Z])/, '');
  if (isOutOfMemory(error)) {
    return new UserError(`${path} cannot be loaded: the memory does not suffice.`, { cause: error, code: 'ERR_ANTONYM_OUT_OF_MEMORY' });
  }
  const message = `${path} is not an ONNX model that can be run: ${(await mistakenFileAt(path)) ?? reason.slice(0, 200)}`;
  return new UserError(message, { cause: error, code: 'ERR_ANTONYM_BAD_MODEL' });
}

function runningError(error: unknown): unknown {
  if (error instanceof UserError) return error;
  if (error instanceof ThreadFailure) return threadError(error);
  if (isOutOfMemory(error)) {
    const message = 'the memory does not suffice for it: score fewer images at a time, or smaller tiles';
    return new UserError(message, { cause: error, code: 'ERR_ANTONYM_OUT_OF_MEMORY' });
  }
  return new UserError(`ONNX Runtime failed: ${asSentence(messageOf(error).replaceAll(/\s+/g, ' ').slice(0, 300))}`, { cause: error });
}

/** A thread that does not start or ends early: files of the installation are missing, or the system ends it. */
function threadError(error: ThreadFailure): UserError {
  const { cause = error } = error;
  const reason = messageOf(cause).split('\n')[0]!;
  if (isOutOfMemory(error)) {
    return new UserError(`ONNX Runtime's thread ended: the memory does not suffice.`, { cause: error, code: 'ERR_ANTONYM_OUT_OF_MEMORY' });
  }
  if (reason.endsWith('uv_cwd')) return new UserError('The working folder was removed: change into another one.', { cause: error });
  const fault = installationFault(cause) ?? `${asSentence(reason)} A file of the installation is missing or cannot be loaded.`;
  const message = `ONNX Runtime cannot be started. The model is not the cause: ${fault}`;
  return new UserError(message, { cause: error, code: 'ERR_ANTONYM_NO_RUNTIME' });
}

/** Rounding of float32, and of sums over parts, may leave the range by as much. */
const rounding = 1e-4;

/** @throws UserError when a score is no number, or outside of the range that the model states: the file or the device is at fault, not the image. */
function requireScore(score: number, { score: { range } }: ModelDescription, path: string): void {
  const [low, high] = range;
  const margin = rounding * (high - low);
  if (score >= low - margin && score <= high + margin) return;
  const message = `${path} gives the score ${score}, outside of ${low} to ${high}: the model is damaged, or the device cannot compute it.`;
  throw new UserError(message, { code: 'ERR_ANTONYM_BAD_MODEL' });
}

function checkSignature({ inputs, outputs }: ModelSignature, path: string): void {
  const [image] = inputs;
  const score = outputs.find(({ name }) => name === 'score');
  const isScore = score?.dataType === 'float32' && score.shape.length === 1;
  if (inputs.length !== 1 || image?.name !== 'image' || image.dataType !== 'uint8' || !isScore) {
    const message = `${path} is not a model of this program: expected the input image (uint8) and the output score (float32 [batch])`;
    throw new UserError(message, { code: 'ERR_ANTONYM_BAD_MODEL' });
  }
}
