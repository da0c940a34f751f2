/** `sensitivity.json`: the distortions that a model sees, measured without any opinion, for programs; written by `antonym evaluate sensitivity`. */
import { z } from 'zod';
import { parseResult } from './parse-result.js';
import { measuredModel, statistic } from './result-parts.js';

/** Agreement of scores with severity. */
const ordering = {
  /** Mean over images of SRCC between score and severity 0..L: -1 is perfect. */
  srcc: statistic,
  /** Share of pairs of levels of one image whose scores are in order, 0..1: 1 is perfect. */
  ordered: statistic,
};

/** Likeness of the scores of two overlapping crops of one degraded photograph. */
const consistency = {
  /** Mean absolute difference of the two scores. */
  cropDifference: statistic,
  /** SRCC of the scores of the first and the second crop over all images and levels, -1..1: 1 is perfect. */
  cropSrcc: statistic,
};

const distortion = z.strictObject({
  name: z.string(),
  group: z.string(),
  ...ordering,
  ...consistency,
  /** Levels 0 (pristine) to L: mean and quartiles over images of the score of the whole image. */
  levels: z.array(z.strictObject({ level: z.int(), mean: z.number(), p25: z.number(), p75: z.number() })),
});

const measure = z.strictObject({
  ...measuredModel.shape,
  /** Over all distortions. */
  ...ordering,
  ...consistency,
  distortions: z.array(distortion),
});

const sensitivitySchema = z.strictObject({
  /** Version of this file's layout. */
  format: z.literal('antonym-sensitivity-1'),
  data: z.strictObject({
    /** In datasets.json, or the folder's own name. */
    name: z.string(),
    /** Number of degraded images. */
    images: z.int(),
    licence: z.string().optional(),
    homepage: z.string().optional(),
    citation: z.string().optional(),
  }),
  /** L. */
  levels: z.int(),
  /** Severity tables; absent: `ordered`. */
  severity: z.literal('kadid').optional(),
  /** Side of the two overlapping crops, pixels. */
  crop: z.int(),
  seed: z.int(),
  /** Models in the order given. */
  measures: z.array(measure),
  /** Picture beside this file: score against severity, one small chart for each distortion. */
  files: z.strictObject({ chartSvg: z.string(), chartPng: z.string() }),
  /** The program that measured: version, and commit if it ran from a repository. */
  version: z.string(),
  commit: z.string().optional(),
});

export type Sensitivity = z.infer<typeof sensitivitySchema>;

/**
 * Reads the text of a `sensitivity.json`.
 * @param path for messages
 * @throws UserError when it is not one.
 */
export function parseSensitivity(text: string, path: string): Sensitivity {
  return parseResult(sensitivitySchema, text, path);
}
