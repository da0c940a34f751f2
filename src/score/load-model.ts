/** The package as a library: `import { loadModel } from 'antonym'` gives an exported model that scores images. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import type { ModelDescription } from '../export/model-description.js';
import { UserError } from '../support/errors.js';
import { ImageError, type ImageInput, nameOfInput, type Pixels, readInput } from './image-input.js';
import { openScorer } from './scorer.js';
import { shippedModel } from './shipped-model.js';

export { ImageError, type ImageInput, type ModelDescription, type Pixels };

/** A model cannot be used: its files are missing or are not what they should be, or it was closed. */
export class ModelError extends UserError {
  override name = 'ModelError';
}

/** An exported model in memory, with a thread of its own. */
export interface Model {
  /** What `model.json` says: how it was trained, the smallest image that it takes, the scores that it gave at each severity. */
  readonly description: ModelDescription;
  /**
   * Scores an image: 0..1, higher is better. One of more pixels than `description.largeImages.maximumPixels` is scored in tiles.
   * Calls may overlap: they queue, and few images are decoded at a time. Leave buffers as they are until their score has come.
   * @throws {ImageError} when the image cannot be scored.
   * @throws {ModelError} when the model was closed.
   */
  score(image: ImageInput): Promise<number>;
  /** Scores images, in their order. The first that cannot be scored fails all: score one by one where the others should go on. */
  score(images: readonly ImageInput[]): Promise<number[]>;
  /** Frees memory and thread; scores that are outstanding fail. Without it, a program ends as well. */
  close(): Promise<void>;
}

/** Decoded, or waiting for ONNX Runtime, at a time. */
const imagesInMemory = 4;

/**
 * Loads an exported model.
 * @param path `model.onnx` with `model.json` beside it, or the folder of both, as `runs/<name>/export`; default: the model that comes
 * with the package
 * @throws {ModelError} when a file is missing or is not what it should be.
 */
export async function loadModel(path?: string | URL): Promise<Model> {
  const scorer = await openScorer(await findModel(path)).catch((error) => {
    throw error instanceof UserError ? new ModelError(error.message, { cause: error }) : error;
  });
  const limit = pLimit(imagesInMemory);
  let closed = false;
  const checkOpen = (): void => {
    if (closed) throw new ModelError('the model was closed: load it again');
  };
  const scoreOne = async (input: ImageInput): Promise<number> => {
    checkOpen();
    const image = await readInput(input);
    try {
      return await scorer.score(image);
    } catch (error) {
      checkOpen();
      throw error instanceof UserError ? new ImageError(`${nameOfInput(input)}: ${error.message}`, input, { cause: error }) : error;
    }
  };
  const scoreAll = async (inputs: readonly ImageInput[]): Promise<number[]> => {
    let failed = false;
    return limit.map(inputs, async (input) => {
      if (failed) return Number.NaN; // nobody will see it
      return scoreOne(input).catch((error) => {
        failed = true;
        throw error;
      });
    });
  };
  function score(image: ImageInput): Promise<number>;
  function score(images: readonly ImageInput[]): Promise<number[]>;
  function score(given: ImageInput | readonly ImageInput[]): Promise<number | number[]> {
    return isList(given) ? scoreAll(given) : limit(scoreOne, given);
  }
  return {
    description: scorer.description,
    score,
    async close() {
      closed = true;
      await scorer.close();
    },
  };
}

async function findModel(given: string | URL | undefined): Promise<string> {
  if (given === undefined) {
    const shipped = await shippedModel();
    if (shipped === undefined) throw new ModelError('no model comes with this package: give the path of an exported model.onnx');
    return shipped;
  }
  const path = given instanceof URL ? fileURLToPath(given) : given;
  const isFolder = await stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  );
  return isFolder ? join(path, 'model.onnx') : path;
}

function isList(given: ImageInput | readonly ImageInput[]): given is readonly ImageInput[] {
  return Array.isArray(given);
}
