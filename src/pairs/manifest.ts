/** manifest.jsonl: one line for every crop on disk, with everything needed to remake its pixels. */

import { z } from 'zod';
import { parseComposition } from '../degrade/parse-composition.js';
import type { Image } from '../images/image.js';
import { UserError } from '../support/errors.js';
import { jsonLine } from '../support/json-line.js';
import { replayPair } from './pair.js';

const box = z.strictObject({ left: z.int().min(0), top: z.int().min(0), width: z.int().min(1), height: z.int().min(1) });
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const rowSchema = z.strictObject({
  /** Place of the pair in the sequence, from 0. */
  pair: z.int().min(0),
  /** The dataset's name, or the folder's. */
  dataset: z.string(),
  /** The pristine image within the dataset: an `ImageReference` without the parts that depend on the machine. */
  image: z.discriminatedUnion('kind', [
    // The crops lie in the image reduced by `downscale`, if given.
    z.strictObject({ kind: z.literal('file'), id: z.string(), downscale: z.number().min(1).optional() }),
    z.strictObject({
      kind: z.literal('procedural'),
      id: z.string(),
      seed: z.int(),
      index: z.int().min(0),
      width: z.int().min(1),
      height: z.int().min(1),
      look: z.literal('photographic').optional(),
    }),
  ]),
  /** Both crops of the pair, in pixels of the pristine image. */
  crops: z.tuple([box, box]).readonly(),
  /** Distortions in the order of application; all levels and both crops share the parameters. */
  composition: z.strictObject({
    severity: z.literal('kadid').optional(),
    distortions: z.array(z.strictObject({ name: z.string(), parameters: z.record(z.string(), z.number()) })).readonly(),
  }),
  levels: z.int().min(2),
  /** This row's level, 0 (pristine) to `levels`. */
  level: z.int().min(0),
  /** The crop of this row. */
  crop: z.union([z.literal(0), z.literal(1)]),
  /** The strength of each distortion at this level; empty at level 0. */
  strengths: z.array(z.strictObject({ name: z.string(), strength: z.number() })),
  /** Relative to the manifest, with `/` between folders. */
  file: z.string(),
  /** Hash of the decoded pixels (RGB bytes, row by row), independent of the version of the PNG encoder. */
  pixelsSha256: sha256,
  fileSha256: sha256,
});

export type ManifestRow = z.infer<typeof rowSchema>;

/** JSON lines, with the keys in the schema's order. */
export function formatManifest(rows: readonly ManifestRow[]): string {
  return rows.map((row) => jsonLine(rowSchema.parse(row))).join('');
}

/**
 * Parses the rows of a manifest.
 * @param file its name in errors.
 * @throws UserError naming the line and the key.
 */
export function parseManifest(text: string, file: string): ManifestRow[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line, index) => {
    const place = `${file}, line ${index + 1}`;
    let content: unknown;
    try {
      content = JSON.parse(line);
    } catch {
      throw new UserError(`${place} is not valid JSON: the file is damaged or cut off.`);
    }
    return parseRow(content, place);
  });
}

/**
 * Parses one row.
 * @param place its place, for errors.
 * @throws UserError naming the place and the key.
 */
export function parseRow(json: unknown, place: string): ManifestRow {
  const result = rowSchema.safeParse(json);
  if (!result.success) {
    const issue = result.error.issues[0]!;
    throw new UserError(`${place}: ${[...issue.path, ''].join('.').replace(/\.$/, ': ')}${issue.message}.`);
  }
  const { level, levels, crops } = result.data;
  if (level > levels) throw new UserError(`${place}: level ${level} is above the number of levels, ${levels}.`);
  if (crops.some((crop) => crop.width !== crops[0].width || crop.height !== crops[0].height)) {
    throw new UserError(`${place}: the two crops differ in size.`);
  }
  return result.data;
}

/**
 * Remakes the crop of a row from its pristine image.
 * @throws UserError for a composition unknown to this version.
 */
export async function replayRow(pristine: Image, { image, crops, composition, levels, level, crop }: ManifestRow): Promise<Image> {
  return replayPair(pristine, { image: image.id, crops, composition: parseComposition(composition), levels }, level, crop);
}
