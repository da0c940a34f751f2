/** An exported model as the library shows it: what may be asked of it, and what it answers. */
import type { ModelDescription } from '../export/model-description.js';
import type { DeviceFlags } from '../runtime/devices/choose-device.js';
import type { Degradations, Reason } from './degradations.js';
import type { ImageError } from './errors.js';
import type { ImageInput } from './image-input.js';
import type { QualityMap } from './quality-map.js';

export interface LoadOptions {
  /** `cpu`, `webgpu`, `cuda`, or `auto` for the fastest that is there; default: `cpu`. */
  readonly device?: DeviceFlags['device'];
  /** Options of ONNX Runtime's provider for the device, such as `device_id=1`; default: none. */
  readonly providerOptions?: string;
  /** Images of more pixels are scored in tiles; default: `description.largeImages.maximumPixels`. */
  readonly maximumPixels?: number;
  /** Images whose shorter side has more pixels are reduced to it before they are scored, so that photographs of any size are compared at one; maps are
   *  not. Default: none is. */
  readonly scale?: number;
  /** Images that may wait for their turn; a call beyond it fails with `ERR_ANTONYM_QUEUE_FULL`; default: any number. */
  readonly maxQueue?: number;
  /** Takes a sentence worth knowing about the device, after the first image. */
  readonly onNotice?: (notice: string) => void;
}

export interface ScoreOptions {
  /** Calls the scoring off: an image that waits is never scored, the result of one that is being scored is dropped. */
  readonly signal?: AbortSignal | undefined;
}

export interface EachOptions extends ScoreOptions {
  /** True to say of each image what is wrong with it, too: see `assess`. Default: false. */
  readonly degradations?: boolean | undefined;
}

export interface MapOptions extends ScoreOptions {
  /** Side of the square tiles, pixels; default: half of `description.size.recommendedSide`, or the only side that the model takes. */
  readonly tile?: number | undefined;
  /** Pixels from one tile to the next, at most; default: half a tile. */
  readonly stride?: number | undefined;
  /** False to leave out what is wrong with each tile, and its share in the quality: half the time. Default: true, where the model says it. */
  readonly degradations?: boolean | undefined;
}

/** An image of `scoreEach`: its score and size, or the reason why it has none. */
export type ScoredImage = {
  readonly image: ImageInput;
  /** Its place among those given, from 0. */
  readonly index: number;
} & (
  | {
      readonly score: number;
      readonly width: number;
      readonly height: number;
      /** Where asked for. */
      readonly degradations?: Degradations;
      readonly error?: never;
    }
  | { readonly error: ImageError; readonly score?: never; readonly degradations?: never }
);

/** A model's answer for an image. */
export interface Assessment {
  /** 0..1, higher is better. */
  readonly score: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Strength of each group of distortions, 0..1, by the group's name: `{ blur: 0, noise: 0.71, ... }`. */
  readonly degradations: Degradations;
  /** The groups that reach their `description.degradations.thresholds`, the strongest first; of pristine photographs few have one. */
  readonly reasons: readonly Reason[];
  /** The same in words: `mostly noise (.7), some compression (.3)`. */
  readonly why: string;
}

export interface Rating {
  /** 0..1, higher is better. */
  readonly score: number;
  /** On the scale of the ratings that the model saw. */
  readonly opinion: number;
}

/** An exported model in memory, with threads of its own. */
export interface Model {
  /** The content of `model.json`: how it was trained, the smallest image that it takes, the scores that it gave at each severity. */
  readonly description: ModelDescription;
  /** Number of images that wait for their turn. */
  readonly waiting: number;
  /**
   * Scores an image: 0..1, higher is better. One of more pixels than `description.largeImages.maximumPixels` is scored in tiles.
   * Calls may overlap: they queue, and few images are decoded at a time. Leave buffers as they are until their score has come.
   * @throws {ImageError} when the image cannot be scored.
   * @throws {ModelError} when the model was closed, too many images wait, or ONNX Runtime's thread ended.
   * @throws the signal's reason when it is aborted.
   */
  score(image: ImageInput, options?: ScoreOptions): Promise<number>;
  /** Scores images, in their order. The first that cannot be scored fails all: `scoreEach` scores the others as well. */
  score(images: readonly ImageInput[], options?: ScoreOptions): Promise<number[]>;
  score(given: ImageInput | readonly ImageInput[], options?: ScoreOptions): Promise<number | number[]>;
  /**
   * Scores an image by a model that saw opinions (`description.opinion` or `description.trainedOpinions`): its score, and the opinion on their scale.
   * @throws {ModelError} when the model is label-free, and as `score`.
   */
  rate(image: ImageInput, options?: ScoreOptions): Promise<Rating>;
  /**
   * Scores an image and says what is wrong with it: blur, noise, compression, color, brightness, spatial defects, sharpness or contrast. Of an
   * image that is scored in tiles it is the mean over them.
   * @throws {ModelError} when the model does not tell (`description.degradations` is undefined), and as `score`.
   */
  assess(image: ImageInput, options?: ScoreOptions): Promise<Assessment>;
  /**
   * Says where an image is good and where it is not: quality of overlapping tiles at full resolution. Memory is that of the decoded image and of
   * a few tiles; the time grows with the number of tiles.
   * @throws {ModelError} for a side of tiles that the model does not take, as `assess` where degradations are asked for, and as `score`.
   * @throws {ImageError} when the image cannot be read, is smaller than the model's minimum, or would have more than 200,000 tiles.
   * @throws the signal's reason when it is aborted: scoring ends between two groups of tiles.
   */
  map(image: ImageInput, options?: MapOptions): Promise<QualityMap>;
  /**
   * Scores images one after the other as the loop asks for them, with few ahead, in their order; those that cannot be scored have an `error`.
   * @throws {ModelError} as `score`; the loop ends then.
   */
  scoreEach(images: Iterable<ImageInput> | AsyncIterable<ImageInput>, options?: EachOptions): AsyncGenerator<ScoredImage, void>;
  /** Frees memory and threads; scores that are outstanding fail, and every later call. Without it, a program ends as well. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
