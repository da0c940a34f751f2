/** `model.json`: everything a user of an exported model needs to know; the same facts travel inside the ONNX file as metadata. */
import { z } from 'zod';
import { UserError } from '../support/errors.js';
import { ChecksumError, parseSealed } from '../support/sealed-json.js';
import { weightsOriginSchema } from '../train/weights-origin.js';
import { degradationFiguresSchema } from './degradations/degradation-figures.js';

const percentiles = z.strictObject({ p5: z.number(), p25: z.number(), p50: z.number(), p75: z.number(), p95: z.number() });

const ordering = z.strictObject({ srcc: z.number(), ordered: z.number() });

const curve = { lower: z.number(), upper: z.number(), middle: z.number(), width: z.number().positive() };

/** The map from scores to opinions of a calibrated model; a model that has one saw opinions of people. */
const opinion = z.strictObject({
  /** The table of opinions. */
  name: z.string(),
  /** Rated images that the map was fitted to. */
  images: z.int(),
  direction: z.enum(['higher is better', 'lower is better']),
  /** Least and greatest rating among them. */
  range: z.tuple([z.number(), z.number()]),
  /** Map of the score of a whole image: see statistics/monotonic-map.ts. */
  map: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('logistic4'), ...curve }),
    z.strictObject({ kind: z.literal('logistic5'), ...curve, slope: z.number() }),
    z.strictObject({ kind: z.literal('isotonic'), x: z.array(z.number()).min(1).readonly(), y: z.array(z.number()).min(1).readonly() }),
  ]),
  leaveOneOut: z.strictObject({ rmse: z.number(), srcc: z.number().nullable(), rmseOfMean: z.number() }),
  /** SHA-256 of the ONNX file without opinions. */
  model: z.string(),
});

/** Opinions of people that weights were trained with. */
const trainedOpinions = z.strictObject({
  /** The table of opinions, or the file of weights that was trained with some elsewhere. */
  name: z.string(),
  /** Rated images by what they were used for; absent where it is not known. */
  images: z.strictObject({ training: z.int(), validation: z.int(), test: z.int() }).optional(),
  direction: z.enum(['higher is better', 'lower is better']).optional(),
  /** The opinions that 0 and 1 of the head stand for, the worst first. */
  range: z.tuple([z.number(), z.number()]).optional(),
});

const schema = z.strictObject({
  /** Version of this file's layout. */
  format: z.literal('antonym-model-1'),
  method: z.string(),
  backbone: z.string(),
  /** The prompts of a model that compares images with prompts. */
  prompts: z.string().optional(),
  /** The head, which turns an embedding into a score; absent: prompts. */
  head: z
    .strictObject({
      name: z.string(),
      description: z.string(),
      /** The constants of the head `magnitude`. */
      fusion: z
        .strictObject({
          magnitudeExponent: z.number(),
          similarityLogit: z.number(),
          magnitudeLogit: z.number(),
          fusionStrength: z.number(),
        })
        .optional(),
      /** The head `mlp`: layers of `hidden` channels; `target` opinion: it was trained with opinions of people. */
      mlp: z
        .strictObject({ activation: z.string(), gamma: z.boolean(), target: z.enum(['order', 'opinion']), hidden: z.int().positive() })
        .optional(),
    })
    .optional(),
  /** The weights that the model started from; absent: random, or not recorded. */
  weights: weightsOriginSchema.optional(),
  /** The further output that is the encoder's embedding, unnormalized, float32 [batch, size]; absent: none is. */
  embedding: z.strictObject({ output: z.string(), size: z.int().positive() }).optional(),
  /**
   * The further output that says what is wrong with an image: float32 [batch, groups], 0 (nothing of the group) to 1 (as the strongest distortions). From
   * its threshold on a group is reported. Absent: the file has no such output.
   */
  degradations: z
    .strictObject({
      output: z.string(),
      groups: z.array(z.string()).min(1).readonly(),
      thresholds: z.array(z.number()).readonly(),
      /** Of the photographs that it was fitted to, with the thresholds as they ship. */
      measured: degradationFiguresSchema,
      /** The model that it is a part of; absent: this one. */
      from: z.strictObject({ model: z.string(), sha256: z.string(), weights: weightsOriginSchema.optional() }).optional(),
      /**
       * Photographs of the run as they are: the share of which something is reported with the thresholds as they ship, and, where these were raised
       * for it, with those of this file. Absent: there were none.
       */
      own: z.strictObject({ photographs: z.int(), alarms: z.number(), raised: z.number().optional() }).optional(),
    })
    .optional(),
  /** Precision that the file computes with (fp16) or holds its weights in (int8); absent: float32. */
  precision: z.enum(['fp16', 'int8']).optional(),
  /** Steepness of the score over the head's measurements: for prompts, the scale of the softmax. */
  scale: z.number().positive(),
  score: z.strictObject({ range: z.tuple([z.number(), z.number()]), direction: z.literal('higher is better') }),
  /** The map of a calibrated model, which saw opinions. */
  opinion: opinion.optional(),
  /** The opinions of people that a model was trained with. Absent, as is `opinion`: label-free. */
  trainedOpinions: trainedOpinions.optional(),
  size: z.strictObject({
    /** Smaller images cannot be scored, pixels. */
    minimumSide: z.int().positive(),
    /** From this side on scores are as reliable as in training, pixels. */
    recommendedSide: z.int().positive(),
    /** The model takes squares of this side only: `score` covers other images with them, pixels. */
    fixedSide: z.int().positive().optional(),
    /** Sides are multiples of this, pixels: `score` leaves out what remains at the borders. Absent: any will do. */
    sideMultiple: z.int().min(2).optional(),
  }),
  /** The limit above which `score` splits images into equal tiles of at most as many pixels and averages their scores. */
  largeImages: z.strictObject({ policy: z.literal('tiles'), maximumPixels: z.int().positive() }),
  /**
   * The image's score is the mean over these crops: squares of this side from the top left corner on, one every `stride` pixels in both
   * directions, as many as fit whole (the remainder is not seen); and the whole image, which the file itself squashes to this side. Of an image
   * with a side that is smaller, the whole image is the only crop. Absent: see `size` and `largeImages`, which do not apply here.
   */
  crops: z.strictObject({ side: z.int().positive(), stride: z.int().positive(), whole: z.literal('bilinear') }).optional(),
  /** Scores of held-out crops, pristine (level 0) and at every severity level. */
  scorePercentiles: z.array(z.strictObject({ level: z.int().min(0), ...percentiles.shape })),
  /** Order of held-out crops by severity; see `evaluation` rows of metrics.jsonl. */
  evaluation: z.strictObject({ ...ordering.shape, perDistortion: z.record(z.string(), ordering) }),
  /** The images of the training; of a model that was not trained here, those of `evaluation` and `scorePercentiles`. */
  data: z.strictObject({
    name: z.string(),
    licence: z.string().optional(),
    homepage: z.string().optional(),
    citation: z.string().optional(),
    images: z.int(),
    /** Held-out images of `evaluation` and `scorePercentiles`. */
    heldOut: z.int(),
    /** Other held-out images, which chose the checkpoint and the scale; absent: those of `heldOut` did. */
    choosing: z.int().positive().optional(),
    /** Sources of the weights whose training images are not recorded: they may have been trained on held-out ones. */
    unknownBefore: z.array(z.string()).min(1).optional(),
    /** Divisor of the images' sides before crops were taken. */
    downscale: z.number().min(1).optional(),
  }),
  training: z.strictObject({
    /** 0: not trained in steps. */
    step: z.int(),
    steps: z.int(),
    seed: z.int(),
    levels: z.int(),
    crop: z.int(),
    /** Precision of the steps; absent: float32. The file's own is `precision` above. */
    precision: z.literal('mixed').optional(),
    /** What of the encoder was trained, as `--tune` says; absent: all but frozen parts. */
    tune: z.enum(['lora', 'head']).optional(),
    /** Crops that the model was fitted to, where it was not trained in steps. */
    samples: z.int().positive().optional(),
  }),
  /** The program that made the file: version, and commit if it ran from a repository. */
  version: z.string(),
  commit: z.string().optional(),
  /**
   * The ONNX file, and that of its weights where it has one, which this file belongs to. Absent: written by a version that did not state
   * them.
   */
  files: z
    .array(z.strictObject({ name: z.string(), bytes: z.int(), sha256: z.string() }))
    .readonly()
    .optional(),
});

export type ModelDescription = z.infer<typeof schema>;
export type TrainedOpinions = z.infer<typeof trainedOpinions>;

/** The description as ONNX metadata: its top-level keys, prefixed, with JSON values; a file cannot state its own hash. */
export function toMetadata({ files: _, ...description }: ModelDescription): Record<string, string> {
  return Object.fromEntries(Object.entries(description).map(([key, value]) => [`antonym.${key}`, JSON.stringify(value)]));
}

/** The sentence for a reader of the file alone: ONNX's `doc_string`. */
export function fileSummary({ method, size, largeImages, crops }: ModelDescription): string {
  const parts = crops
    ? `crops of ${crops.side} pixels and the whole`
    : size.fixedSide !== undefined
      ? `tiles of ${size.fixedSide}x${size.fixedSide} pixels`
      : `tiles of at most ${largeImages.maximumPixels} pixels`;
  return (
    'Quality of a picture without a reference. Input image: uint8 [batch, height, width, 3], upright sRGB, sides of at least ' +
    `${size.minimumSide} pixels. Output score: float32 [batch], 0 to 1, higher is better; that of a large picture is the mean over ` +
    `${parts}. The metadata antonym.* say the rest. Method: ${method}.`
  );
}

/**
 * Version of what the file takes and gives: its inputs, outputs and metadata, as `format` names it.
 * Other than the version of the program, it stays the same from release to release.
 */
export const fileVersion = 1;

/**
 * Reads the text of a `model.json`.
 * @param path for messages
 * @throws UserError when it is not one.
 */
export function parseModelDescription(text: string, path: string): ModelDescription {
  let json: unknown;
  try {
    json = parseSealed(text);
  } catch (error) {
    const edited = 'damaged: its content does not match its checksum. If you changed it on purpose, remove "checksum" from it.';
    const problem = error instanceof ChecksumError ? edited : 'not JSON.';
    throw new UserError(`${path} is ${problem} Export the model again.`, { code: 'ERR_ANTONYM_BAD_MODEL' });
  }
  const { success, data, error } = schema.safeParse(json);
  if (success) return data;
  const [issue] = error.issues;
  throw new UserError(
    `${path} does not describe a model of this version: ${issue?.path.join('.')}: ${issue?.message}. Export the model again.`,
    { code: 'ERR_ANTONYM_BAD_MODEL' },
  );
}
