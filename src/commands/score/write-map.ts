/** `antonym score --map`: the map of quality of a photograph, as a picture and as numbers. */
import { basename, dirname, join, resolve, sep } from 'node:path';
import { mapPicture } from '../../report/map-picture.js';
import type { ImageInput } from '../../score/image-input.js';
import type { Model } from '../../score/model.js';
import { readInput } from '../../score/read-input.js';
import { digestOfFile } from '../../support/files/file-digest.js';
import { makeFolder } from '../../support/files/make-folder.js';
import { writeContent } from '../../support/files/write-content.js';
import { sealJson } from '../../support/sealed-json.js';

/** Decimals of scores: float32 has no more that count. */
const decimals = 6;

interface MappedPhotograph {
  /** As given or listed. */
  readonly image: string;
  readonly input: ImageInput;
  /** Score of the whole photograph. */
  readonly score: number;
  /** Path below the folder of maps, without the extension of a map: see `mapNames`. */
  readonly name: string;
}

/**
 * Writes `NAME.map.png` and `NAME.map.json` into a folder.
 * @param sha256 of the model's file
 * @returns the path of the JSON file below the folder
 * @throws as `Model.map`; the system's error when a file cannot be written.
 */
async function writeMap(
  folder: string,
  { image, input, score, name }: MappedPhotograph,
  model: Model,
  { tile, sha256, why }: { readonly tile?: number | undefined; readonly sha256: string; readonly why: boolean },
): Promise<string> {
  const pixels = await readInput(input);
  const map = await model.map(pixels, { tile });
  const columns = map.left.length;
  const rowsOf = (values: Float32Array): number[][] =>
    map.top.map((_, row) => Array.from(values.subarray(row * columns, (row + 1) * columns), (value) => Number(value.toFixed(decimals))));
  const degradations =
    why && map.degradations && Object.fromEntries(Object.entries(map.degradations).map(([group, values]) => [group, rowsOf(values)]));
  const { width, height, left, top } = map;
  const numbers = {
    format: 'antonym-map-1',
    image,
    model: sha256,
    score,
    width,
    height,
    tile: map.tile,
    stride: map.stride,
    left,
    top,
    scores: rowsOf(map.scores),
    ...(map.quality && { quality: rowsOf(map.quality) }),
    ...(degradations && { degradations }),
  };
  await makeFolder(dirname(join(folder, name)));
  await writeContent(join(folder, `${name}.map.png`), await mapPicture(pixels, map, `${basename(name)}: score ${score.toFixed(4)}`));
  await writeContent(join(folder, `${name}.map.json`), sealJson(numbers));
  return `${name}.map.json`;
}

/**
 * Writes maps of photographs into a folder.
 * @param files all of them
 * @returns `write`, which returns as `writeMap` does.
 */
export async function openMaps(
  folder: string,
  files: readonly string[],
  { tile, why, modelPath }: { readonly tile: number | undefined; readonly why: boolean; readonly modelPath: string },
): Promise<{ write(photograph: Omit<MappedPhotograph, 'name'>, model: Model): Promise<string> }> {
  const names = mapNames(files);
  const sha256 = await digestOfFile(modelPath);
  return {
    write: (photograph, model) => writeMap(folder, { ...photograph, name: names.get(photograph.image)! }, model, { tile, sha256, why }),
  };
}

/**
 * Names of photographs below a folder: their paths below the deepest folder that holds all, with `/`. Different files have different names.
 * @param paths `-` is standard input
 */
export function mapNames(paths: readonly string[]): Map<string, string> {
  const parts = (path: string): string[] => resolve(path).split(sep);
  const files = paths.filter((path) => path !== '-').map(parts);
  let shared = (files[0]?.length ?? 1) - 1;
  for (const other of files) {
    let same = 0;
    while (same < Math.min(shared, other.length - 1) && other[same] === files[0]![same]) same++;
    shared = same;
  }
  // Windows: a drive is the first part where photographs lie on several, and its colon is no character of a name
  const nameOf = (path: string): string =>
    parts(path)
      .slice(shared)
      .join('/')
      .replace(/^([a-z]):\//i, '$1/');
  return new Map(paths.map((path) => [path, path === '-' ? 'standard-input' : nameOf(path)]));
}
