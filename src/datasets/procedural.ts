/** Pristine images without photographs: scenes with the statistics of photographs, rendered from a seed. */
import { randomStream } from '../support/random.js';
import type { Image } from './image.js';
import type { ProceduralReference } from './image-reference.js';
import { Canvas } from './procedural/canvas.js';
import { develop } from './procedural/develop.js';
import type { Scene } from './procedural/scene.js';
import { clutter } from './procedural/scenes/clutter.js';
import { foliage } from './procedural/scenes/foliage.js';
import { landscape } from './procedural/scenes/landscape.js';
import { fur, meadow } from './procedural/scenes/meadow.js';
import { street } from './procedural/scenes/street.js';
import { tabletop } from './procedural/scenes/tabletop.js';

const scenes: readonly Scene[] = [clutter, landscape, meadow, fur, foliage, street, tabletop];

/**
 * Renders an image. Pure: the same seed, index, width and height give the same bytes.
 */
export function renderProcedural({ seed, index, width, height }: ProceduralReference): Image {
  const random = randomStream(seed, 'procedural', index, width, height);
  const canvas = new Canvas(width, height);
  random.choice(scenes)(canvas, random);
  return develop(canvas, random);
}
