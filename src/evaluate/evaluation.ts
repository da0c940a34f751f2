/** `evaluation.json`: models' agreement with human opinion on one benchmark, for programs; written by `antonym evaluate opinion`. */
import { z } from 'zod';
import { parseResult } from './parse-result.js';
import { measuredModel, statistic } from './result-parts.js';

/** A statistic with its bootstrap interval; null where it is not defined (a constant score). */
const estimate = z.strictObject({ value: statistic, low: statistic, high: statistic });

/** An image whose score is far from what its opinion asks for. */
const misjudged = z.strictObject({
  /** Its name in the benchmark. */
  image: z.string(),
  /** The published opinion. */
  opinion: z.number(),
  score: z.number(),
  /** The opinion that the fitted curve gives the score, on the published scale. */
  predicted: z.number(),
});

const measure = z.strictObject({
  ...measuredModel.shape,
  /** Spearman's rank correlation of score and opinion, -1..1; positive for a good model, whatever the direction of opinions. */
  srcc: estimate,
  /** Kendall's tau-b, signed in the same way. */
  krcc: estimate,
  /** Pearson's correlation of opinions and the fitted curve, 0..1. */
  plcc: estimate,
  /** Root mean square error of the fitted curve, in units of opinion. */
  rmse: estimate,
  /** By the protocol of MA-CLIP's authors: of values that a logistic curve of five parameters was fitted to. Absent: not asked for. */
  paper: z.strictObject({ srcc: statistic, plcc: statistic, rmse: statistic }).optional(),
  /** opinion = lower + (upper - lower) / (1 + exp(-(score - middle) / width)); null where scores or opinions are constant. */
  fit: z.strictObject({ lower: z.number(), upper: z.number(), middle: z.number(), width: z.number() }).nullable(),
  /** Scores that are too good, the worst first. */
  overrated: z.array(misjudged),
  /** Scores that are too bad, the worst first. */
  underrated: z.array(misjudged),
  /** Pictures beside this file. */
  files: z.strictObject({
    /** Score against opinion with the fitted curve. */
    scatterSvg: z.string(),
    scatterPng: z.string(),
    /** The images of `overrated` and `underrated`. */
    misjudgedPng: z.string(),
  }),
});

/** `first` minus `second`, on the same resamples. */
const difference = z.strictObject({
  ...estimate.shape,
  /** Probability of no difference, two-sided, from the resamples. */
  p: statistic,
});

const comparison = z.strictObject({
  /** Names of two measures. */
  first: z.string(),
  second: z.string(),
  srcc: difference,
  krcc: difference,
  plcc: difference,
  rmse: difference,
});

const image = z.strictObject({ image: z.string(), reason: z.string() });

const evaluationSchema = z.strictObject({
  /** Version of this file's layout. */
  format: z.literal('antonym-evaluation-1'),
  opinion: z.strictObject({
    /** Name in datasets.json, or of the file of opinions. */
    name: z.string(),
    direction: z.enum(['higher is better', 'lower is better']),
    /** Least and greatest possible opinion, where that is known. */
    range: z.tuple([z.number(), z.number()]).optional(),
    homepage: z.string().optional(),
    licence: z.string().optional(),
    citation: z.string().optional(),
    /** The protocol by which images were resized, and the side of the squares that they became, pixels; absent: as they are. */
    protocol: z.strictObject({ name: z.string(), side: z.int().optional() }).optional(),
    /** Number of images scored: all statistics are of these. */
    images: z.int(),
    /** Opinions whose images are not there. */
    missing: z.array(z.string()),
    /** Images without an opinion. */
    withoutOpinion: z.array(z.string()),
    /** Number of other files in the folder of images by reason, such as `.heic`. */
    leftOut: z.record(z.string(), z.int()).optional(),
    /** Images that some model could not score. */
    unusable: z.array(image),
    /** Number of images on which a table has several opinions, and the mean of their standard deviations. */
    raters: z.strictObject({ images: z.int(), spread: z.number() }).optional(),
  }),
  bootstrap: z.strictObject({ resamples: z.int(), seed: z.int(), confidence: z.number() }),
  /** Models in the order given, then the baseline. */
  measures: z.array(measure),
  /** Every two measures. */
  comparisons: z.array(comparison),
  files: z.strictObject({
    /** CSV beside this file: image, opinion, and the score of every measure. */
    scores: z.string(),
  }),
  /** The program that measured: version, and commit if it ran from a repository. */
  version: z.string(),
  commit: z.string().optional(),
});

export type Evaluation = z.infer<typeof evaluationSchema>;

/**
 * Reads the text of an `evaluation.json`.
 * @param path for messages
 * @throws UserError when it is not one.
 */
export function parseEvaluation(text: string, path: string): Evaluation {
  return parseResult(evaluationSchema, text, path);
}
