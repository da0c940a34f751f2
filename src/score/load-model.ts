/** The model object: what the library gives its users, and what the commands score with. */
import type { ModelDescription } from '../export/model-description.js';
import type { DeviceFlags } from '../runtime/devices/choose-device.js';
import type { DeviceSetup } from '../runtime/devices/device.js';
import { messageOf, UserError } from '../support/errors.js';
import { resultsAhead } from '../support/results-ahead.js';
import { checkList, checkLoadOptions, checkScoreOptions } from './check-options.js';
import { type Degradations, degradationsByGroup, describeReasons, type Reason, reasonsOf } from './degradations.js';
import { ImageError, ModelError, modelError } from './errors.js';
import { findModel } from './find-model.js';
import type { ImageInput } from './image-input.js';
import { JobQueue } from './job-queue.js';
import { opinionMapOf } from './opinion-map.js';
import { nameOfInput, readInput } from './read-input.js';
import { openScorer, type Scorer } from './scorer.js';

export interface LoadOptions {
  /** `cpu`, `webgpu`, `cuda`, or `auto` for the fastest that is there; default: `cpu`. */
  readonly device?: DeviceFlags['device'];
  /** Options of ONNX Runtime's provider for the device, such as `device_id=1`; default: none. */
  readonly providerOptions?: string;
  /** Images of more pixels are scored in tiles; default: `description.largeImages.maximumPixels`. */
  readonly maximumPixels?: number;
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

/** What a model says of an image. */
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
   * Scores images one after the other as the loop asks for them, with few ahead, in their order; those that cannot be scored have an `error`.
   * @throws {ModelError} as `score`; the loop ends then.
   */
  scoreEach(images: Iterable<ImageInput> | AsyncIterable<ImageInput>, options?: EachOptions): AsyncGenerator<ScoredImage, void>;
  /** Frees memory and threads; scores that are outstanding fail, and every later call. Without it, a program ends as well. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Images decoded, or waiting for ONNX Runtime, at a time: enough for every copy of a model, and few in memory. */
export const imagesInMemory = 6;

/**
 * Loads an exported model.
 * @param path `model.onnx` with `model.json` beside it, the folder of both, as `runs/<name>/export`, or the name of a run; default: the model
 * that comes with the package.
 * @throws {ModelError} when a file is missing or is not what it should be, or the device cannot be used.
 */
export async function loadModel(path?: string | URL, options: LoadOptions = {}): Promise<Model> {
  checkLoadOptions(options);
  const { maxQueue = Number.POSITIVE_INFINITY, device, providerOptions, ...others } = options;
  try {
    const found = await findModel(path);
    return new LoadedModel(await openScorer(found, { ...others, device: await setupOf(device, providerOptions) }), maxQueue);
  } catch (error) {
    throw modelError(error);
  }
}

/** The choice of a device is loaded where there is one. */
async function setupOf(device: DeviceFlags['device'] = 'cpu', providerOptions = ''): Promise<DeviceSetup> {
  if (device === 'cpu' && providerOptions === '') return { device };
  const { chooseDevice } = await import('../runtime/devices/choose-device.js');
  return chooseDevice({ device, ...(providerOptions !== '' && { providerOptions }) });
}

interface Measured {
  readonly score: number;
  readonly width: number;
  readonly height: number;
  readonly degradations?: Degradations;
}

class LoadedModel implements Model {
  private readonly scorer: Scorer;
  private readonly queue: JobQueue;
  private closed: ModelError | undefined;

  constructor(scorer: Scorer, maxQueue: number) {
    this.scorer = scorer;
    this.queue = new JobQueue(imagesInMemory, maxQueue);
  }

  get description(): ModelDescription {
    return this.scorer.description;
  }

  get waiting(): number {
    return this.queue.waiting;
  }

  score(image: ImageInput, options?: ScoreOptions): Promise<number>;
  score(images: readonly ImageInput[], options?: ScoreOptions): Promise<number[]>;
  score(given: ImageInput | readonly ImageInput[], options?: ScoreOptions): Promise<number | number[]>;
  async score(given: ImageInput | readonly ImageInput[], options: ScoreOptions = {}): Promise<number | number[]> {
    checkScoreOptions(options);
    const { signal } = options;
    this.queue.requirePlace();
    signal?.throwIfAborted();
    if (!isList(given)) return (await this.measure(given, { signal })).score;
    const scores: number[] = [];
    for await (const result of this.scoreEach(given, { signal })) {
      if (result.error) throw result.error;
      scores.push(result.score);
    }
    return scores;
  }

  async rate(image: ImageInput, options?: ScoreOptions): Promise<Rating> {
    this.queue.requirePlace();
    const map = opinionMapOf(this.description);
    if (map === undefined)
      throw new ModelError('The model is label-free and knows no scale of opinions: calibrate it first, or use score.', {
        code: 'ERR_ANTONYM_BAD_ARGUMENT',
      });
    const score = await this.score(image, options);
    return { score, opinion: map.of(score) };
  }

  async assess(image: ImageInput, options: ScoreOptions = {}): Promise<Assessment> {
    checkScoreOptions(options);
    const { signal } = options;
    const described = this.requireDegradations();
    this.queue.requirePlace();
    signal?.throwIfAborted();
    const { degradations = {}, ...measured } = await this.measure(image, { signal, degradations: true });
    const reasons = reasonsOf(degradations, described);
    return { ...measured, degradations, reasons, why: describeReasons(reasons) };
  }

  private requireDegradations(): NonNullable<ModelDescription['degradations']> {
    const { degradations } = this.description;
    if (degradations !== undefined) return degradations;
    throw new ModelError('The model does not say what is wrong with an image: export its run with --degradations on.', {
      code: 'ERR_ANTONYM_BAD_ARGUMENT',
    });
  }

  async *scoreEach(images: Iterable<ImageInput> | AsyncIterable<ImageInput>, options: EachOptions = {}): AsyncGenerator<ScoredImage, void> {
    checkList(images);
    checkScoreOptions(options);
    if (options.degradations) this.requireDegradations();
    this.queue.requirePlace();
    let next = 0;
    yield* resultsAhead(images, imagesInMemory, async (image): Promise<ScoredImage> => {
      const index = next++;
      try {
        return { image, index, ...(await this.measure(image, options)) };
      } catch (error) {
        if (error instanceof ImageError) return { image, index, error };
        throw error;
      }
    });
  }

  private measure(input: ImageInput, { signal, degradations: isAssessed }: EachOptions): Promise<Measured> {
    const job = async (): Promise<Measured> => {
      const image = await readInput(input);
      signal?.throwIfAborted();
      if (this.closed) throw this.closed;
      try {
        const { width, height } = image;
        const { score, degradations } = await this.scorer.score(image, {
          images: this.queue.unfinished,
          signal,
          degradations: isAssessed,
        });
        const described = this.description.degradations;
        return { score, width, height, ...(degradations && described && { degradations: degradationsByGroup(degradations, described) }) };
      } catch (error) {
        throw signal?.aborted ? signal.reason : (this.closed ?? scoringError(error, input));
      }
    };
    return this.queue.run(job, signal);
  }

  async close(): Promise<void> {
    this.closed ??= new ModelError('The model was closed: load it again.', { code: 'ERR_ANTONYM_CLOSED' });
    this.queue.end(this.closed);
    await this.scorer.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** A missing runtime is no fault of the image. */
function scoringError(error: unknown, input: ImageInput): unknown {
  if (!(error instanceof UserError)) return error;
  if (error.code === 'ERR_ANTONYM_NO_RUNTIME') return modelError(error);
  return new ImageError(`${nameOfInput(input)}: ${messageOf(error)}`, input, { cause: error, code: error.code });
}

function isList(given: ImageInput | readonly ImageInput[]): given is readonly ImageInput[] {
  return Array.isArray(given);
}
