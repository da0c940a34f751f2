/** Maps of quality: whether they find damage in a known third of a photograph, and what a map costs. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { listImageFiles } from '#antonym/datasets/list-image-files.js';
import { renderProcedural } from '#antonym/datasets/procedural.js';
import { degrade } from '#antonym/degrade/composition.js';
import type { DistortionName } from '#antonym/degrade/distortions/table.js';
import { singleDistortion } from '#antonym/degrade/gallery.js';
import type { DegradationGroup } from '#antonym/heads/degradation-groups.js';
import { decodeImage } from '#antonym/images/decode-image.js';
import { encodePng } from '#antonym/images/encode-png.js';
import { type Box, cropImage, type Image, pasteImage } from '#antonym/images/image.js';
import { loadModel } from '#antonym/index.js';
import { mapPicture } from '#antonym/report/map-picture.js';
import type { Model } from '#antonym/score/model.js';
import { type QualityMap, tilesOfMap } from '#antonym/score/quality-map.js';
import { markdownTable } from './markdown-table.js';
import { peakMemory, printFigures, rounded } from './measure.js';

interface Flags {
  readonly data: string;
  readonly model?: string;
  readonly tile?: string;
  readonly level: string;
  readonly megapixels?: string;
  readonly picture?: string;
  readonly json?: true;
}

/** With the group by which a model that says what is wrong should name them. */
const damages = [
  { damage: 'gaussian-blur', group: 'blur' },
  { damage: 'white-noise', group: 'noise' },
  { damage: 'jpeg', group: 'compression' },
] as const satisfies readonly Damage[];
const levels = 5;

export async function benchMap({ data, model: path, tile, level, megapixels, picture, json }: Flags): Promise<void> {
  const model = await loadModel(path);
  try {
    if (megapixels !== undefined) return printFigures(await costOf(model, Number(megapixels)), json === true);
    if (picture !== undefined) return await writePicture(model, picture, Number(level));
    const tiles = tile?.split(',').map(Number) ?? [undefined];
    const { files } = await listImageFiles(data);
    const rows = [];
    for (const side of tiles) for (const kind of damages) rows.push(await shareFound(model, files, kind, { level: Number(level), side }));
    if (json) process.stdout.write(`${JSON.stringify(rows)}\n`);
    else {
      const share = (count: number | undefined, of: number): string => (count === undefined ? 'not told' : `${count} of ${of}`);
      const cells = rows.map(({ damage, tile, found, byScore, named, cases, inside, outside }) => [
        damage,
        ...[String(tile), share(found, cases), String(inside), String(outside), share(byScore, cases), share(named, cases)],
      ]);
      process.stdout.write(
        markdownTable([['damage', 'tile', 'found', 'inside', 'outside', 'found by scores', 'found by its group'], ...cells]),
      );
    }
  } finally {
    await model.close();
  }
}

interface Damage {
  readonly damage: DistortionName;
  readonly group: DegradationGroup;
}

interface Found {
  readonly damage: string;
  readonly tile: number;
  /** Photographs in which the mean of the map in the damaged third is below that of the rest, and the same by scores alone. */
  readonly found: number;
  readonly byScore: number;
  /** Photographs in which the mean strength of the damage's group is above that of the rest, where the model tells. */
  readonly named?: number;
  readonly cases: number;
  /** Means over all cases. */
  readonly inside: number;
  readonly outside: number;
}

/** One third of each photograph, along its longer side, is damaged: the first, the middle one, the last, in turn. */
async function shareFound(
  model: Model,
  files: readonly { readonly path: string }[],
  { damage, group }: Damage,
  { level, side }: { readonly level: number; readonly side: number | undefined },
): Promise<Found> {
  const composition = singleDistortion(damage, 1);
  const means: Means[] = [];
  const byScore: Means[] = [];
  const named: boolean[] = [];
  const tells = model.description.degradations !== undefined;
  let tile = 0;
  for (const [index, { path }] of files.entries()) {
    const image = await decodeImage(path);
    const box = thirdOf(image, index % 3);
    const { left, top, width, height } = box;
    pasteImage(image, cropImage(await degrade(image, composition, level, levels), left, top, width, height), left, top);
    const map = await model.map(image, { tile: side });
    tile = map.tile;
    means.push(meansOf(map, map.quality ?? map.scores, box));
    byScore.push(meansOf(map, map.scores, box));
    if (map.degradations) {
      const strengths = meansOf(map, map.degradations[group]!, box);
      named.push(strengths.inside > strengths.outside);
    }
  }
  const mean = (key: 'inside' | 'outside'): number => rounded(means.reduce((sum, row) => sum + row[key], 0) / means.length);
  const below = (list: readonly Means[]): number => list.filter(({ inside, outside }) => inside < outside).length;
  const namedCount = tells ? { named: named.filter(Boolean).length } : {};
  return {
    damage,
    tile,
    found: below(means),
    byScore: below(byScore),
    ...namedCount,
    cases: means.length,
    inside: mean('inside'),
    outside: mean('outside'),
  };
}

function thirdOf({ width, height }: Image, third: number): Box {
  const edge = (size: number, index: number): number => Math.round((size * index) / 3);
  if (width >= height) return { left: edge(width, third), top: 0, width: edge(width, third + 1) - edge(width, third), height };
  return { left: 0, top: edge(height, third), width, height: edge(height, third + 1) - edge(height, third) };
}

interface Means {
  readonly inside: number;
  readonly outside: number;
}

/** A tile is inside where its middle is. */
function meansOf(map: QualityMap, values: Float32Array, { left, top, width, height }: Box): Means {
  const sums = { inside: 0, outside: 0 };
  const counts = { inside: 0, outside: 0 };
  for (const [index, tile] of tilesOfMap(map).entries()) {
    const [x, y] = [tile.left + tile.width / 2, tile.top + tile.height / 2];
    const place = x >= left && x < left + width && y >= top && y < top + height ? 'inside' : 'outside';
    sums[place] += values[index]!;
    counts[place]++;
  }
  return { inside: sums.inside / counts.inside, outside: sums.outside / counts.outside };
}

/** Beside each other: a rendered photograph whose left third is blurred, and its map, as `antonym score --map` draws it. */
async function writePicture(model: Model, path: string, level: number): Promise<void> {
  const image = renderProcedural({ kind: 'procedural', id: 'procedural-1-4', seed: 1, index: 4, width: 600, height: 400 });
  const { left, top, width, height } = thirdOf(image, 0);
  const blurred = await degrade(image, singleDistortion('gaussian-blur', 1), level, levels);
  pasteImage(image, cropImage(blurred, left, top, width, height), left, top);
  const score = await model.score(image);
  const map = await mapPicture(image, await model.map(image), `scene.png: score ${score.toFixed(4)}`);
  const { info } = await sharp(map).toBuffer({ resolveWithObject: true });
  const sides = [
    { input: await encodePng(image), left: 0, top: 0 },
    { input: map, left: image.width + 8, top: 0 },
  ];
  const sheet = sharp({ create: { width: image.width + 8 + info.width, height: info.height, channels: 3, background: 'white' } });
  await writeFile(path, await sheet.composite(sides).png({ palette: true }).toBuffer());
}

/** One map of a rendered photograph as JPEG, 4 to 3, decoding included. */
async function costOf(model: Model, megapixels: number): Promise<Record<string, string | number>> {
  const [width, height] = [Math.round(Math.sqrt((megapixels * 1e6 * 4) / 3)), Math.round(Math.sqrt((megapixels * 1e6 * 3) / 4))];
  const folder = await mkdtemp(join(tmpdir(), 'antonym-bench-'));
  try {
    const path = join(folder, 'photo.jpg');
    // rendering a large scene would take more memory than the map
    const { data } = renderProcedural({ kind: 'procedural', id: 'procedural-1-0', seed: 1, index: 0, width: 1000, height: 750 });
    await writeFile(
      path,
      await sharp(data, { raw: { width: 1000, height: 750, channels: 3 } })
        .resize(width, height)
        .jpeg({ quality: 90 })
        .toBuffer(),
    );
    const before = peakMemory();
    const started = performance.now();
    const map = await model.map(path);
    const seconds = rounded((performance.now() - started) / 1000);
    return {
      size: `${width}x${height}`,
      tile: map.tile,
      tiles: map.scores.length,
      seconds,
      peakMemoryMiB: peakMemory(),
      beforeMiB: before,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}
