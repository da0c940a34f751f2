/** The best of each burst of near duplicates: `node best-of-burst.js FOLDER`. Prints the best, then the others of its burst, indented. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { loadModel } from 'antonym';
import sharp from 'sharp';

/** Bits of 64 in which pictures of one burst may differ: retakes of a scene do by 0 to 12, different scenes by 20 and more. */
const mostDifferent = 12;

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('usage: node best-of-burst.js FOLDER\n');
  process.exit(1);
}
const model = await loadModel();
const names = (await readdir(folder)).filter((name) => /\.(jpe?g|png|webp|tiff?|avif|bmp)$/i.test(name)).sort();
const pictures = [];
for await (const { index, score, error } of model.scoreEach(names.map((name) => join(folder, name)))) {
  if (error) process.stderr.write(`${error.message}\n`);
  else pictures.push({ name: names[index], score, hash: await differenceHash(join(folder, names[index])) });
}
await model.close();

// a burst is a run of pictures, by name, each of which resembles the one before it
const bursts = [];
for (const picture of pictures) {
  const burst = bursts.at(-1);
  if (burst && distance(burst.at(-1).hash, picture.hash) <= mostDifferent) burst.push(picture);
  else bursts.push([picture]);
}
for (const burst of bursts) {
  const [best, ...others] = burst.sort((a, b) => b.score - a.score);
  process.stdout.write(`${best.score.toFixed(4)}  ${best.name}\n`);
  for (const { name, score } of others) process.stdout.write(`    ${score.toFixed(4)}  ${name}\n`);
}

/** Tells of each of 8x8 points whether it is brighter than its right neighbor: the same at any exposure, size and sharpness. */
async function differenceHash(path) {
  const pixels = await sharp(path).autoOrient().grayscale().resize(9, 8, { fit: 'fill' }).raw().toBuffer();
  return Array.from({ length: 64 }, (_, bit) => {
    const at = Math.floor(bit / 8) * 9 + (bit % 8);
    return pixels[at] > pixels[at + 1];
  });
}

function distance(a, b) {
  return a.filter((bit, index) => bit !== b[index]).length;
}
