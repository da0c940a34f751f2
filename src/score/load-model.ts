/** The model object: what the library gives its users, and what the commands score with. */
import type { ModelDescription } from '../export/model-description.js';
import type { Image } from '../images/image.js';
import { reducedImage } from '../images/reduced-image.js';
import type { DeviceFlags } from '../runtime/devices/choose-device.js';
import type { DeviceSetup } from '../runtime/devices/device.js';
import { messageOf, UserError } from '../support/errors.js';
import { fileError } from '../support/files/file-errors.js';
import { onAbort } from '../support/on-abort.js';
import { resultsAhead } from '../support/results-ahead.js';
import { checkEachOptions, checkList, checkLoadOptions, checkMapOptions, checkScoreOptions } from './check-options.js';
import { type Degradations, degradationsByGroup, describeReasons, reasonsOf } from './degradations.js';
import { ImageError, ModelError, modelError } from './errors.js';
import { findModel } from './find-model.js';
import type { ImageInput } from './image-input.js';
import { JobQueue } from './job-queue.js';
import type { Assessment, EachOptions, LoadOptions, MapOptions, Model, Rating, ScoredImage, ScoreOptions } from './model.js';
import { opinionMapOf } from './opinion-map.js';
import { mapGrid, type QualityMap, qualityOf, tilesOfMap, usualTile } from './quality-map.js';
import { nameOfInput, readInput } from './read-input.js';
import { requireDegradations } from './require-degradations.js';
import { openScorer, type Scorer } from './scorer.js';

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
  const { maxQueue = Number.POSITIVE_INFINITY, scale, device, providerOptions, ...others } = options;
  try {
    const found = await findModel(path);
    return new LoadedModel(await openScorer(found, { ...others, device: await setupOf(device, providerOptions) }), maxQueue, scale);
  } catch (error) {
    throw modelError(fileError('use the model', path === undefined ? 'of this package' : String(path), error));
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

  constructor(
    scorer: Scorer,
    maxQueue: number,
    private readonly scale: number | undefined,
  ) {
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
    const described = requireDegradations(this.description);
    this.queue.requirePlace();
    signal?.throwIfAborted();
    const { degradations = {}, ...measured } = await this.measure(image, { signal, degradations: true });
    const reasons = reasonsOf(degradations, described);
    return { ...measured, degradations, reasons, why: describeReasons(reasons) };
  }

  async *scoreEach(images: Iterable<ImageInput> | AsyncIterable<ImageInput>, options: EachOptions = {}): AsyncGenerator<ScoredImage, void> {
    checkList(images);
    checkEachOptions(options);
    if (options.degradations) requireDegradations(this.description);
    this.queue.requirePlace();
    const { signal, degradations } = options;
    signal?.throwIfAborted();
    // what was begun ahead is called off when the loop is left, too
    const left = new AbortController();
    const forget = onAbort(signal, () => left.abort(signal!.reason));
    let next = 0;
    const score = async (image: ImageInput): Promise<ScoredImage> => {
      const index = next++;
      try {
        return { image, index, ...(await this.measure(image, { signal: left.signal, degradations })) };
      } catch (error) {
        if (error instanceof ImageError) return { image, index, error };
        throw error;
      }
    };
    try {
      yield* resultsAhead(images, imagesInMemory, score, left.signal);
    } finally {
      forget();
      left.abort();
    }
  }

  async map(image: ImageInput, options: MapOptions = {}): Promise<QualityMap> {
    const { description } = this;
    checkMapOptions(options, description);
    const {
      signal,
      degradations: isAssessed = description.degradations !== undefined,
      tile = usualTile(description),
      stride = Math.max(1, Math.floor(tile / 2)),
    } = options;
    const described = isAssessed ? requireDegradations(description) : undefined;
    this.queue.requirePlace();
    signal?.throwIfAborted();
    return this.work(image, signal, async (pixels) => {
      const { width, height } = pixels;
      const grid = mapGrid(width, height, { tile, stride }, description.size);
      requireFewTiles(grid.left.length * grid.top.length);
      const request = { images: this.queue.unfinished, signal, degradations: isAssessed };
      const { scores, degradations } = await this.scorer.scoreTiles(pixels, tilesOfMap(grid), request);
      const mapped = { width, height, ...grid, scores };
      if (degradations === undefined || described === undefined) return mapped;
      return { ...mapped, quality: qualityOf(scores, degradations, described), degradations: columnsOf(degradations, described.groups) };
    });
  }

  private measure(input: ImageInput, { signal, degradations: isAssessed }: EachOptions): Promise<Measured> {
    return this.work(input, signal, async (image) => {
      const { width, height } = image;
      const seen = this.scale === undefined ? image : await reducedImage(image, this.scale);
      const { score, degradations } = await this.scorer.score(seen, {
        images: this.queue.unfinished,
        signal,
        degradations: isAssessed,
      });
      const described = this.description.degradations;
      return { score, width, height, ...(degradations && described && { degradations: degradationsByGroup(degradations, described) }) };
    });
  }

  /** Reads an image when its turn comes, and does something with its pixels. */
  private work<Result>(input: ImageInput, signal: AbortSignal | undefined, compute: (image: Image) => Promise<Result>): Promise<Result> {
    const job = async (): Promise<Result> => {
      const image = await readInput(input);
      signal?.throwIfAborted();
      if (this.closed) throw this.closed;
      try {
        return await compute(image);
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

/** @param rows [tiles, groups] @returns [tiles] of each group */
function columnsOf(rows: Float32Array, groups: readonly string[]): Record<string, Float32Array> {
  const count = rows.length / groups.length;
  return Object.fromEntries(
    groups.map((group, place) => [group, Float32Array.from({ length: count }, (_, tile) => rows[tile * groups.length + place]!)]),
  );
}

/** A map of 12 megapixels has 2,900 tiles of 128 pixels; one of more than this is a mistake, and takes hours. */
const mostTiles = 200_000;

function requireFewTiles(tiles: number): void {
  if (tiles <= mostTiles) return;
  const message = `a map of ${tiles} tiles is too large, the most are ${mostTiles}: take a larger stride or larger tiles`;
  throw new UserError(message, { code: 'ERR_ANTONYM_BAD_ARGUMENT' });
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
