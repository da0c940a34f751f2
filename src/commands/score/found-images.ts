/** The images that the paths of `antonym score` stand for. */
import { expandPaths, type FailedPath } from '../../datasets/expand-paths.js';
import type { LeftOut } from '../../datasets/left-out.js';
import type { OptionValues } from '../../support/options/option-table.js';
import { readStandardInput } from '../standard-input.js';
import type { scoreOptions } from './score-options.js';

export interface FoundImages {
  /** Paths in the given order; `-` for an image from standard input, which comes first. */
  readonly files: readonly string[];
  /** The image from standard input. */
  readonly content: Uint8Array | undefined;
  readonly leftOut: LeftOut;
  /** Paths that give no images; `place` counts `files`. */
  readonly missing: readonly FailedPath[];
}

/** @throws UserError when standard input is asked for, and is empty or does not end. */
export async function findImages(
  paths: readonly string[],
  { exclude, raw, null: isNull }: Pick<OptionValues<typeof scoreOptions>, 'exclude' | 'raw' | 'null'>,
): Promise<FoundImages> {
  const piped = paths.includes('-') ? await readStandardInput(isNull) : undefined;
  const given = paths.flatMap((path) => (path !== '-' || piped === undefined ? [path] : 'paths' in piped ? piped.paths : []));
  const options = { ...(exclude && { exclude }), withRaw: raw === 'preview', withArchives: true };
  const { files, leftOut, failed } = await expandPaths(given, options);
  const content = piped !== undefined && 'content' in piped ? piped.content : undefined;
  const first = content === undefined ? [] : ['-'];
  return {
    files: [...first, ...files.map(({ path }) => path)],
    content,
    leftOut,
    missing: failed.map((one) => ({ ...one, place: one.place + first.length })),
  };
}
