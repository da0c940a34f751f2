/** Scores photographs beside the page, which stays responsive: one at a time, and a large one in parts, since pixels take memory. */

import { degradationsByGroup, describeReasons, reasonsOf } from './built/degradations.js';
import { describeLikeness, likenessOf } from './built/likeness.js';
import { mapGrid, qualityOf, tilesOfMap, usualTile } from './built/quality-map.js';
import { partsOf } from './built/tiles.js';
import * as ort from './runtime/ort.wasm.bundle.min.mjs';

ort.env.wasm.wasmPaths = { wasm: new URL('runtime/ort-wasm-simd-threaded.wasm', import.meta.url).href };

const loaded = load();
let queue = loaded.then(
  () => postMessage({ kind: 'ready' }),
  ({ message }) => postMessage({ kind: 'failed', message }),
);
addEventListener('message', ({ data: { kind, id, file } }) => {
  queue = queue.then(async () => {
    try {
      if (kind === 'map') {
        postMessage({ kind: 'mapped', id, map: await map(file, (share) => postMessage({ kind: 'mapping', id, share })) });
        return;
      }
      const { description } = await loaded;
      const { score, degradations } = await assess(file);
      postMessage({ kind: 'scored', id, score, meaning: meaningOf(score, description), why: whyOf(degradations, description) });
    } catch ({ message }) {
      postMessage({ kind: kind === 'map' ? 'unmapped' : 'unscored', id, message });
    }
  });
});

async function load() {
  const [onnx, json] = await Promise.all(['model/model.onnx', 'model/model.json'].map(fetchFile));
  const session = await ort.InferenceSession.create(await onnx.arrayBuffer());
  return { session, description: await json.json() };
}

async function fetchFile(path) {
  const response = await fetch(new URL(path, import.meta.url));
  if (!response.ok) throw new Error(`The model could not be loaded: ${path}: ${response.status} ${response.statusText}`);
  return response;
}

/** Words for the score among crops of known severity; empty where the model does not say. */
function meaningOf(value, description) {
  const likeness = likenessOf(value, description);
  if (!likeness) return '';
  return `${describeLikeness(likeness)}; scores above ${likeness.percentile} % of pristine crops`;
}

/** Words for what is wrong with the photograph; empty where the model does not say. */
function whyOf(values, { degradations }) {
  return degradations ? describeReasons(reasonsOf(degradationsByGroup(values, degradations), degradations)) : '';
}

/**
 * The score, 0..1, higher is better, and how strong each group of degradations is, 0..1: means over the parts of a photograph that
 * model.json asks for.
 */
async function assess(file) {
  const { description } = await loaded;
  const bitmap = await decode(file);
  const outputs = ['score', ...(description.degradations ? [description.degradations.output] : [])];
  const sums = outputs.map(() => []);
  let weight = 0;
  for (const part of partsOf(bitmap.width, bitmap.height, description)) {
    const results = await run(bitmap, part, outputs);
    for (const [index, values] of results.entries()) {
      sums[index] = Array.from(values, (value, place) => (sums[index][place] ?? 0) + value * part.weight);
    }
    weight += part.weight;
  }
  bitmap.close();
  const [[score], degradations] = sums.map((values) => values.map((value) => value / weight));
  return { score, degradations };
}

/** Scores of overlapping tiles, as `antonym score --map` computes them. @param onTile takes the share that is done, 0..1 */
async function map(file, onTile) {
  const { description } = await loaded;
  const bitmap = await decode(file);
  const { width, height } = bitmap;
  const tile = usualTile(description);
  const grid = mapGrid(width, height, { tile, stride: Math.max(1, Math.floor(tile / 2)) }, description.size);
  const tiles = tilesOfMap(grid);
  const scores = new Float32Array(tiles.length);
  const { degradations } = description;
  const strengths = degradations && new Float32Array(tiles.length * degradations.groups.length);
  for (const [index, part] of tiles.entries()) {
    const [[score], told] = await run(bitmap, part, ['score', ...(degradations ? [degradations.output] : [])]);
    scores[index] = score;
    strengths?.set(told, index * degradations.groups.length);
    onTile((index + 1) / tiles.length);
  }
  bitmap.close();
  return { width, height, ...grid, scores, ...(strengths && { quality: qualityOf(scores, strengths, degradations) }) };
}

/** @throws Error for what is no image, and for one that is smaller than the model's minimum. */
async function decode(file) {
  const { description } = await loaded;
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error('this browser cannot read it as an image');
  });
  const { width, height } = bitmap;
  const { minimumSide } = description.size;
  if (Math.min(width, height) >= minimumSide) return bitmap;
  bitmap.close();
  throw new Error(`${width}x${height} pixels are too small: the model needs at least ${minimumSide} on each side`);
}

/** The values of outputs, of one part. */
async function run(bitmap, part, outputs) {
  const { session } = await loaded;
  const image = new ort.Tensor('uint8', pixelsOf(bitmap, part), [1, part.height, part.width, 3]);
  const results = await session.run({ image }, outputs);
  return outputs.map((output) => results[output].data);
}

/** Upright, in sRGB, transparent parts over white. @returns uint8 [height, width, 3] */
function pixelsOf(bitmap, { left, top, width, height }) {
  const context = new OffscreenCanvas(width, height).getContext('2d', { colorSpace: 'srgb', willReadFrequently: true });
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, -left, -top);
  const rgba = context.getImageData(0, 0, width, height).data;
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from];
    rgb[to + 1] = rgba[from + 1];
    rgb[to + 2] = rgba[from + 2];
  }
  return rgb;
}
