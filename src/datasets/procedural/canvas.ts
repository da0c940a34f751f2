/** The picture while it is drawn from front to back: every pixel is shaded about once, whatever the number of layers. */
import type { Shape } from './shape.js';

/** Writes the linear light of a surface at a point (pixels) into `color` [3]. */
export type Material = (x: number, y: number, color: Float64Array) => void;

/** A soft shadow cast by a shape on everything behind it. */
export interface Shadow {
  /** Pixels. */
  readonly dx: number;
  readonly dy: number;
  /** Half the width of the soft edge, pixels. */
  readonly softness: number;
  /** Share of the light taken away, 0..1. */
  readonly depth: number;
}

export class Canvas {
  /** Linear light so far, [height, width] each. */
  readonly red: Float32Array;
  readonly green: Float32Array;
  readonly blue: Float32Array;
  /** The share of each pixel not yet covered. */
  readonly open: Float32Array;
  /** The share of light that reaches the surface behind everything drawn so far. */
  readonly light: Float32Array;
  private readonly color = new Float64Array(3);

  constructor(
    /** Pixels. */
    readonly width: number,
    /** Pixels. */
    readonly height: number,
  ) {
    const pixels = width * height;
    this.red = new Float32Array(pixels);
    this.green = new Float32Array(pixels);
    this.blue = new Float32Array(pixels);
    this.open = new Float32Array(pixels).fill(1);
    this.light = new Float32Array(pixels).fill(1);
  }

  /** Draws a shape behind everything drawn so far, its edge antialiased by its distance function. */
  fill(shape: Shape, material: Material, shadow?: Shadow): void {
    const { width, height, open, light, red, green, blue } = this;
    const color = this.color;
    const right = Math.min(width - 1, Math.ceil(shape.right + 1));
    const bottom = Math.min(height - 1, Math.ceil(shape.bottom + 1));
    const left = Math.max(0, Math.floor(shape.left - 1));
    let seen = false;
    for (let y = Math.max(0, Math.floor(shape.top - 1)); y <= bottom; y++) {
      for (let x = left, index = y * width + left; x <= right; x++, index++) {
        const visible = open[index]!;
        if (visible < 0.002) continue;
        const distance = shape.distance(x, y);
        if (distance > 0.6) continue;
        // The edge is a ramp of 1.2 pixels: a pixel's own area and a little of a lens.
        const weight = distance < -0.6 ? visible : visible * (0.5 - distance / 1.2);
        material(x, y, color);
        const amount = weight * light[index]!;
        red[index]! += amount * color[0]!;
        green[index]! += amount * color[1]!;
        blue[index]! += amount * color[2]!;
        open[index] = visible - weight;
        seen = true;
      }
    }
    // The shadow of a fully hidden shape is skipped: it is hardly missed, and costs as much as drawing.
    if (seen && shadow !== undefined) this.darken(shape, shadow);
  }

  /** Fills the rest of the picture. */
  fillRest(material: Material): void {
    this.fill({ left: 0, top: 0, right: this.width, bottom: this.height, distance: () => -1 }, material);
  }

  /** Adds light of a color to one pixel, hiding a share of it; for lines. */
  cover(index: number, share: number, red: number, green: number, blue: number): void {
    const visible = this.open[index]!;
    const amount = share * visible * this.light[index]!;
    this.red[index]! += amount * red;
    this.green[index]! += amount * green;
    this.blue[index]! += amount * blue;
    this.open[index] = visible * (1 - share);
  }

  /** The share of the picture not yet drawn. */
  openShare(): number {
    let sum = 0;
    for (let index = 0; index < this.open.length; index += 7) sum += this.open[index]!;
    return (7 * sum) / this.open.length;
  }

  private darken(shape: Shape, { dx, dy, softness, depth }: Shadow): void {
    const { width, height, open, light } = this;
    const right = Math.min(width - 1, Math.ceil(shape.right + dx + softness));
    const bottom = Math.min(height - 1, Math.ceil(shape.bottom + dy + softness));
    const left = Math.max(0, Math.floor(shape.left + dx - softness));
    for (let y = Math.max(0, Math.floor(shape.top + dy - softness)); y <= bottom; y++) {
      for (let x = left, index = y * width + left; x <= right; x++, index++) {
        if (open[index]! < 0.002) continue;
        const distance = shape.distance(x - dx, y - dy);
        if (distance >= softness) continue;
        const part = distance <= -softness ? 1 : 0.5 - distance / (2 * softness);
        light[index]! *= 1 - depth * part * part * (3 - 2 * part);
      }
    }
  }
}
