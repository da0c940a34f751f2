/** The interface of scenes, and the sizes of their objects. */
import type { RandomStream } from '../../support/random.js';
import type { Canvas } from './canvas.js';

/** Draws a whole picture, from front to back. */
export type Scene = (canvas: Canvas, random: RandomStream) => void;

/** A radius between two, with density r^-3: objects of all sizes, each octave of sizes covering the same area, as in photographs (Lee, Mumford, Huang 2001). */
export function scaleInvariantRadius(random: RandomStream, smallest: number, largest: number): number {
  return 1 / Math.sqrt(random.between(1 / largest ** 2, 1 / smallest ** 2));
}
