/** Parts that the files of results have in common. */
import { z } from 'zod';

/** Null where a statistic is not defined. */
export const statistic = z.number().nullable();

/** The measured thing: an exported model, or the baseline that needs none. */
export const measuredModel = z.strictObject({
  /** Unique among those measured together: the run's name, or the file's. */
  name: z.string(),
  kind: z.enum(['model', 'baseline']),
  /** The run that a model was exported from, where it was given by its run. */
  run: z.string().optional(),
  /** Hexadecimal SHA-256 of a model's ONNX file. */
  sha256: z.string().optional(),
});
