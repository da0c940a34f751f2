/** Outlines as signed distances, from which edges are antialiased and shadows softened. */

export interface Shape {
  /** A box around it, pixels. */
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Distance to the outline in pixels, negative inside; exact near the outline, of the right sign elsewhere. */
  distance(x: number, y: number): number;
}

function around(x: number, y: number, reachX: number, reachY: number): Pick<Shape, 'left' | 'top' | 'right' | 'bottom'> {
  return { left: x - reachX, top: y - reachY, right: x + reachX, bottom: y + reachY };
}

/** An ellipse with half axes `a` along `angle` and `b` across. Distance to first order: f |f'|^-1. */
export function ellipse(cx: number, cy: number, a: number, b: number, angle: number): Shape {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return {
    ...around(cx, cy, Math.hypot(a * cos, b * sin), Math.hypot(a * sin, b * cos)),
    distance(x, y) {
      const u = ((x - cx) * cos + (y - cy) * sin) / a;
      const v = ((y - cy) * cos - (x - cx) * sin) / b;
      const norm = Math.sqrt(u * u + v * v);
      const slope = Math.sqrt((u * u) / (a * a) + (v * v) / (b * b));
      return slope < 1e-9 ? -Math.min(a, b) : ((norm - 1) * norm) / slope;
    },
  };
}

/** A rectangle of half sides `a` along `angle` and `b` across, its corners rounded with `radius`. */
export function roundedRectangle(cx: number, cy: number, a: number, b: number, angle: number, radius: number): Shape {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return {
    ...around(cx, cy, a * Math.abs(cos) + b * Math.abs(sin), a * Math.abs(sin) + b * Math.abs(cos)),
    distance(x, y) {
      const u = Math.abs((x - cx) * cos + (y - cy) * sin) - a + radius;
      const v = Math.abs((y - cy) * cos - (x - cx) * sin) - b + radius;
      if (u > 0 && v > 0) return Math.sqrt(u * u + v * v) - radius;
      return Math.max(u, v) - radius;
    },
  };
}

/** A convex polygon of `sides` corners on a circle at the given angles (radians, rising). */
export function polygon(cx: number, cy: number, radius: number, angles: readonly number[]): Shape {
  const normals = angles.map((from, index) => {
    const to = angles[(index + 1) % angles.length]! + (index + 1 === angles.length ? 2 * Math.PI : 0);
    const middle = (from + to) / 2;
    return [Math.cos(middle), Math.sin(middle), radius * Math.cos((to - from) / 2)] as const;
  });
  const nx = Float64Array.from(normals, ([x]) => x);
  const ny = Float64Array.from(normals, ([, y]) => y);
  const offset = Float64Array.from(normals, ([, , distance]) => distance);
  return {
    ...around(cx, cy, radius, radius),
    distance(x, y) {
      let furthest = Number.NEGATIVE_INFINITY;
      for (let side = 0; side < nx.length; side++) {
        const distance = (x - cx) * nx[side]! + (y - cy) * ny[side]! - offset[side]!;
        if (distance > furthest) furthest = distance;
      }
      return furthest;
    },
  };
}

/** A leaf: the intersection of two equal circles, pointed at both ends; half length `a` along `angle`, half width `b` <= `a`. */
export function leaf(cx: number, cy: number, a: number, b: number, angle: number): Shape {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const radius = (a * a + b * b) / (2 * b);
  const centre = radius - b;
  return {
    // Within the ellipse of the same axes, for b <= a.
    ...around(cx, cy, Math.hypot(a * cos, b * sin), Math.hypot(a * sin, b * cos)),
    distance(x, y) {
      const u = (x - cx) * cos + (y - cy) * sin;
      const v = Math.abs((y - cy) * cos - (x - cx) * sin) + centre;
      return Math.sqrt(u * u + v * v) - radius;
    },
  };
}

/** A pebble, a petal, a cloud of leaves: a circle whose radius waves with the angle, `waves` = [amplitude, phase] per harmonic from the second. */
export function blob(cx: number, cy: number, radius: number, waves: readonly (readonly [number, number])[]): Shape {
  const swing = waves.reduce((sum, [amplitude]) => sum + Math.abs(amplitude), 0);
  const sines = Float64Array.from(waves, ([amplitude, phase]) => amplitude * Math.cos(phase));
  const cosines = Float64Array.from(waves, ([amplitude, phase]) => amplitude * Math.sin(phase));
  return {
    ...around(cx, cy, radius * (1 + swing), radius * (1 + swing)),
    distance(x, y) {
      const dx = x - cx;
      const dy = y - cy;
      const r = Math.sqrt(dx * dx + dy * dy);
      if (r < (radius * (1 - swing)) / 2) return r - radius * (1 - swing);
      // sin and cos of multiples of the angle by the addition theorem.
      const cos = dx / r;
      const sin = dy / r;
      let c = cos;
      let s = sin;
      let outline = 1;
      let slope = 0;
      for (let index = 0; index < sines.length; index++) {
        const next = c * cos - s * sin;
        s = s * cos + c * sin;
        c = next;
        outline += sines[index]! * s + cosines[index]! * c;
        slope += (index + 2) * (sines[index]! * c - cosines[index]! * s);
      }
      return (r - radius * outline) / Math.sqrt(1 + (slope * slope) / (outline * outline));
    },
  };
}

/** Everything below a line that rises and falls: hills. `heights` holds its y for every column. */
export function below(heights: Float64Array, bottom: number): Shape {
  let top = bottom;
  for (const y of heights) top = Math.min(top, y);
  return {
    left: 0,
    right: heights.length - 1,
    top,
    bottom,
    distance(x, y) {
      const column = Math.min(heights.length - 1, Math.max(0, Math.round(x)));
      const slope = (heights[Math.min(heights.length - 1, column + 1)]! - heights[Math.max(0, column - 1)]!) / 2;
      return (heights[column]! - y) / Math.sqrt(1 + slope * slope);
    },
  };
}
