/** The picture of a map of quality: the photograph in gray, colored by the scores of its parts, with the scale below. */
import sharp from 'sharp';
import { encodePng } from '../images/encode-png.js';
import type { Image } from '../images/image.js';
import { drawLabel, labelCharacter, labelLine } from '../pairs/sheets/draw-label.js';
import { type ColorScale, colorOf, laidOver, scaleOf } from '../score/map-colors.js';
import { type QualityMap, valueAt } from '../score/quality-map.js';

/** Longer side of the photograph in the picture, pixels: what a screen shows at once. */
const longestSide = 1600;
/** Pixels, before the scale of a large picture is doubled. */
const [margin, barHeight, leastWidth] = [8, 14, 400];
/** From this width on the scale is drawn at twice the size, to be read beside a large photograph. */
const largeWidth = 1000;

/**
 * A PNG of the photograph, reduced to 1600 pixels at most, with the map and its scale.
 * @param map of the image
 * @param title the first line below the photograph, such as its name and score; characters beyond ASCII become `?`
 */
export async function mapPicture(image: Image, map: QualityMap, title: string): Promise<Buffer> {
  const scale = scaleOf(map.quality ?? map.scores);
  const { data, info } = await sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } })
    .resize(longestSide, longestSide, { fit: 'inside', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const photograph = colored({ width: info.width, height: info.height, data }, map, scale);
  const legend = await legendOf(Math.max(photograph.width, leastWidth), scale, map, title);
  return stacked(photograph, legend);
}

/** In place. */
function colored(photograph: Image, map: QualityMap, scale: ColorScale): Image {
  const { width, height, data } = photograph;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = valueAt(map, ((x + 0.5) * map.width) / width, ((y + 0.5) * map.height) / height);
      const start = (y * width + x) * 3;
      data.set(laidOver(colorOf(value, scale), data[start]!, data[start + 1]!, data[start + 2]!), start);
    }
  }
  return photograph;
}

/** The scale as wide as the picture, from the worst score on the left to the best, with a number at every fifth of it. */
async function legendOf(width: number, scale: ColorScale, { tile, quality }: QualityMap, title: string): Promise<Image> {
  const zoom = width >= largeWidth ? 2 : 1;
  const inner = Math.floor(width / zoom);
  const height = margin * 2 + labelLine * 3 + barHeight;
  const legend: Image = { width: inner, height, data: new Uint8Array(inner * height * 3).fill(255) };
  const columns = Math.floor((inner - margin * 2) / labelCharacter.width);
  await drawLabel(legend, title.length <= columns ? title : `${title.slice(0, columns - 3)}...`, margin, margin);
  const barTop = margin + labelLine;
  for (let x = margin; x < inner - margin; x++) {
    const color = colorOf(scale.low + ((scale.high - scale.low) * (x - margin)) / (inner - margin * 2 - 1), scale);
    for (let y = barTop; y < barTop + barHeight; y++) legend.data.set(color, (y * inner + x) * 3);
  }
  for (let fifth = 0; fifth <= 5; fifth++) {
    const label = (scale.low + ((scale.high - scale.low) * fifth) / 5).toFixed(2);
    const room = inner - margin * 2 - label.length * labelCharacter.width;
    await drawLabel(legend, label, margin + Math.round((room * fifth) / 5), barTop + barHeight + 2);
  }
  const what = quality ? 'quality' : 'score';
  await drawLabel(legend, `${what} of tiles of ${tile}x${tile} pixels: red is worst, blue is best`, margin, barTop + barHeight + labelLine);
  return zoom === 1 ? legend : enlarged(legend, zoom);
}

/** Every pixel as a square. */
function enlarged({ width, height, data }: Image, zoom: number): Image {
  const large: Image = { width: width * zoom, height: height * zoom, data: new Uint8Array(width * height * zoom * zoom * 3) };
  for (let y = 0; y < large.height; y++) {
    for (let x = 0; x < large.width; x++) {
      const from = (Math.floor(y / zoom) * width + Math.floor(x / zoom)) * 3;
      large.data.set(data.subarray(from, from + 3), (y * large.width + x) * 3);
    }
  }
  return large;
}

/** One below the other, on white. */
function stacked(...images: readonly Image[]): Promise<Buffer> {
  const width = Math.max(...images.map((image) => image.width));
  const height = images.reduce((sum, image) => sum + image.height, 0);
  const data = new Uint8Array(width * height * 3).fill(255);
  let top = 0;
  for (const image of images) {
    for (let y = 0; y < image.height; y++)
      data.set(image.data.subarray(y * image.width * 3, (y + 1) * image.width * 3), (top + y) * width * 3);
    top += image.height;
  }
  return encodePng({ width, height, data });
}
