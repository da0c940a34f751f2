/** Scores photographs with ONNX Runtime and sharp alone, as `antonym score` does: `node score-onnx.js MODEL_FOLDER PHOTO...`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';

process.env.ORT_DISABLE_TELEMETRY ??= '1'; // or ONNX Runtime reports to its maker

const [folder, ...photographs] = process.argv.slice(2);
if (photographs.length === 0) {
  process.stderr.write('usage: node score-onnx.js MODEL_FOLDER PHOTO...\n');
  process.exit(1);
}
const { size, largeImages, crops } = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8'));
if (crops || size.fixedSide || size.sideMultiple) throw new Error('this model takes other tiles: see examples/python/tiles.py');
const session = await InferenceSession.create(join(folder, 'model.onnx'));

for (const path of photographs) {
  try {
    process.stdout.write(`${(await score(path)).toFixed(7)}  ${path}\n`);
  } catch (error) {
    process.stderr.write(`error: ${path}: ${error.message}\n`);
    process.exitCode = 1;
  }
}

/** 0..1, higher is better: the mean of the tiles' scores, weighted by their pixels. */
async function score(path) {
  const picture = await sharp(path)
    .autoOrient()
    .toColourspace('srgb')
    .flatten({ background: 'white' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = picture.info;
  if (Math.min(width, height) < size.minimumSide) throw new Error(`smaller than ${size.minimumSide} pixels`);
  let sum = 0;
  for (const tile of tilesOf(width, height, largeImages.maximumPixels, size.minimumSide)) {
    const data = await sharp(picture.data, { raw: picture.info }).extract(tile).raw().toBuffer();
    const { score } = await session.run({ image: new Tensor('uint8', data, [1, tile.height, tile.width, 3]) }, ['score']);
    sum += score.data[0] * tile.width * tile.height;
  }
  return sum / (width * height);
}

/** A grid of equal tiles of at most `most` pixels, as square as can be, none with a side below `least`. */
function tilesOf(width, height, most, least) {
  let [columns, rows] = [1, 1];
  while (Math.ceil(width / columns) * Math.ceil(height / rows) > most) {
    const [wider, higher] = [Math.floor(width / (columns + 1)) >= least, Math.floor(height / (rows + 1)) >= least];
    if (!wider && !higher) break;
    if (wider && (!higher || width / columns >= height / rows)) columns++;
    else rows++;
  }
  const edges = (length, count) => Array.from({ length: count + 1 }, (_, index) => Math.round((length * index) / count));
  const [x, y] = [edges(width, columns), edges(height, rows)];
  const row = (top, bottom) => x.slice(1).map((right, index) => ({ left: x[index], top, width: right - x[index], height: bottom - top }));
  return y.slice(1).flatMap((bottom, index) => row(y[index], bottom));
}
