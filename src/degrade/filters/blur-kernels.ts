/** The kernels of optics and movement, with weights 0..1. */
import type { Kernel } from './sparse-filter.js';

/**
 * The disc of an aberration-free lens out of focus: each weight is the share of its pixel inside the circle (to 1/256).
 * @param radius pixels, any number above 0
 */
export function discKernel(radius: number): Kernel {
  return kernelOf(Math.max(0, Math.ceil(radius - 0.5)), (x, y) => {
    // A pixel lies wholly inside or outside when its center is more than half a diagonal from the circle.
    const distance = Math.hypot(x, y) - radius;
    if (Math.abs(distance) > Math.SQRT1_2) return distance < 0 ? 1 : 0;
    let inside = 0;
    for (let i = 0; i < 16; i++) {
      for (let j = 0; j < 16; j++) if (Math.hypot(x + (i + 0.5) / 16 - 0.5, y + (j + 0.5) / 16 - 0.5) <= radius) inside++;
    }
    return inside / 256;
  });
}

/**
 * The path of a camera that moves straight while the shutter is open: weights fall linearly to 0 one pixel beside the segment, as in MATLAB's
 * `fspecial('motion')`.
 * @param length pixels, 1 (no movement) or more
 * @param orientation radians, clockwise from the right
 */
export function segmentKernel(length: number, orientation: number): Kernel {
  const half = (length - 1) / 2;
  const [cosine, sine] = [Math.cos(orientation), Math.sin(orientation)];
  return kernelOf(Math.ceil(half), (x, y) => {
    const beyond = Math.max(0, Math.abs(x * cosine + y * sine) - half);
    return Math.max(0, 1 - Math.hypot(beyond, y * cosine - x * sine));
  });
}

function kernelOf(radius: number, weight: (x: number, y: number) => number): Kernel {
  const side = 2 * radius + 1;
  const weights = Float64Array.from({ length: side * side }, (_, index) =>
    weight((index % side) - radius, Math.floor(index / side) - radius),
  );
  return { radius, weights };
}
