/** Draws a map of quality: the photograph in gray, colored by the scores of its parts, with the scale below. */
import { colorOf, laidOver, scaleOf } from './built/map-colors.js';
import { valueAt } from './built/quality-map.js';

/** Pixels: what the page shows at once, on a screen of two pixels a point. */
const longestSide = 1400;

/** @param {File} file @param {object} map of its pixels, as `mapGrid` and `scores` @returns {Promise<HTMLElement>} */
export async function mapView(file, map) {
  const figure = document.createElement('figure');
  figure.className = 'map';
  const quality = map.quality ?? map.scores;
  const scale = scaleOf(quality);
  const reduction = Math.min(1, longestSide / Math.max(map.width, map.height));
  const canvas = canvasOf(Math.round(map.width * reduction), Math.round(map.height * reduction));
  canvas.className = 'picture';
  canvas.setAttribute('role', 'img');
  canvas.setAttribute(
    'aria-label',
    `Where it is good: parts have ${Math.min(...quality).toFixed(2)} to ${Math.max(...quality).toFixed(2)}`,
  );
  await color(canvas, file, map, scale);
  const legend = document.createElement('figcaption');
  const bar = canvasOf(256, 1);
  bar.className = 'scale';
  paint(bar, (x) => colorOf(scale.low + ((scale.high - scale.low) * x) / 255, scale));
  legend.append(`${scale.low.toFixed(2)} worst part`, bar, `best part ${scale.high.toFixed(2)}`);
  figure.append(canvas, legend);
  return figure;
}

async function color(canvas, file, map, scale) {
  const bitmap = await createImageBitmap(file);
  const { width, height } = canvas;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  paint(canvas, (x, y) => {
    const value = valueAt(map, ((x + 0.5) * map.width) / width, ((y + 0.5) * map.height) / height);
    const start = (y * width + x) * 4;
    return laidOver(colorOf(value, scale), data[start], data[start + 1], data[start + 2]);
  });
}

/** @param {(x: number, y: number) => readonly number[]} colorAt red, green and blue of a pixel, 0..255 */
function paint(canvas, colorAt) {
  const { width, height } = canvas;
  const pixels = new ImageData(width, height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) pixels.data.set([...colorAt(x, y), 255], (y * width + x) * 4);
  canvas.getContext('2d').putImageData(pixels, 0, 0);
}

function canvasOf(width, height) {
  return Object.assign(document.createElement('canvas'), { width, height });
}
