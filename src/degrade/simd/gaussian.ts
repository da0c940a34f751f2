// AssemblyScript: the recursion of `gaussian-filter.ts` down and up the columns of an image, four columns at a time.

/**
 * Filters every column of source [height, pitch] and stores the result transposed by pixels, target [width + 1, targetPitch]: twice this
 * function filters both directions. Row `width` of the target receives the padding of the rows.
 * @param line scratch of the size of the source
 * @param pitch a multiple of 4, at least width * channels; the padding is set to 0
 * @param coefficients two sections of p, q (causal), b, c (anticausal), r, s (feedback), float32
 */
export function smoothColumns(
  source: usize,
  target: usize,
  line: usize,
  width: i32,
  height: i32,
  channels: i32,
  pitch: i32,
  targetPitch: i32,
  coefficients: usize,
): void {
  const p1 = v128.load32_splat(coefficients),
    q1 = v128.load32_splat(coefficients, 4);
  const b1 = v128.load32_splat(coefficients, 8),
    c1 = v128.load32_splat(coefficients, 12);
  const r1 = v128.load32_splat(coefficients, 16),
    s1 = v128.load32_splat(coefficients, 20);
  const p2 = v128.load32_splat(coefficients, 24),
    q2 = v128.load32_splat(coefficients, 28);
  const b2 = v128.load32_splat(coefficients, 32),
    c2 = v128.load32_splat(coefficients, 36);
  const r2 = v128.load32_splat(coefficients, 40),
    s2 = v128.load32_splat(coefficients, 44);
  const one = f32x4.splat(1);
  // Beyond its ends a column is constant: the recursion starts in its steady state.
  const steady1 = f32x4.div(one, f32x4.add(one, f32x4.add(r1, s1)));
  const steady2 = f32x4.div(one, f32x4.add(one, f32x4.add(r2, s2)));
  const before1 = f32x4.mul(f32x4.add(p1, q1), steady1),
    before2 = f32x4.mul(f32x4.add(p2, q2), steady2);
  const after1 = f32x4.mul(f32x4.add(b1, c1), steady1),
    after2 = f32x4.mul(f32x4.add(b2, c2), steady2);
  const rowBytes = (<usize>pitch) << 2;
  for (let row = 0; row < height; row++) {
    for (let index = width * channels; index < pitch; index++) store<f32>(source + <usize>row * rowBytes + ((<usize>index) << 2), 0);
  }
  const step = (<usize>channels) << 2;

  for (let column = 0; column < pitch; column += 4) {
    const first = source + ((<usize>column) << 2);
    let from = first;
    let to = line + ((<usize>column) << 2);
    let x1 = v128.load(from);
    let y1 = f32x4.mul(x1, before1),
      y2 = y1;
    let z1 = f32x4.mul(x1, before2),
      z2 = z1;
    for (let row = 0; row < height; row++, from += rowBytes, to += rowBytes) {
      const x = v128.load(from);
      const y = f32x4.sub(f32x4.sub(f32x4.add(f32x4.mul(p1, x), f32x4.mul(q1, x1)), f32x4.mul(s1, y2)), f32x4.mul(r1, y1));
      const z = f32x4.sub(f32x4.sub(f32x4.add(f32x4.mul(p2, x), f32x4.mul(q2, x1)), f32x4.mul(s2, z2)), f32x4.mul(r2, z1));
      v128.store(to, f32x4.add(y, z));
      x1 = x;
      y2 = y1;
      y1 = y;
      z2 = z1;
      z1 = z;
    }
    from -= rowBytes;
    to -= rowBytes;
    x1 = v128.load(from);
    let x2 = x1;
    y1 = y2 = f32x4.mul(x1, after1);
    z1 = z2 = f32x4.mul(x1, after2);
    const last = <usize>(height - 1) * step;
    let t0 = transposed(target, column, width, channels, targetPitch) + last;
    let t1 = transposed(target, column + 1, width, channels, targetPitch) + last;
    let t2 = transposed(target, column + 2, width, channels, targetPitch) + last;
    let t3 = transposed(target, column + 3, width, channels, targetPitch) + last;
    for (let row = 0; row < height; row++, from -= rowBytes, to -= rowBytes) {
      const y = f32x4.sub(f32x4.sub(f32x4.add(f32x4.mul(b1, x1), f32x4.mul(c1, x2)), f32x4.mul(s1, y2)), f32x4.mul(r1, y1));
      const z = f32x4.sub(f32x4.sub(f32x4.add(f32x4.mul(b2, x1), f32x4.mul(c2, x2)), f32x4.mul(s2, z2)), f32x4.mul(r2, z1));
      const value = f32x4.add(v128.load(to), f32x4.add(y, z));
      v128.store_lane<f32>(t0, value, 0);
      v128.store_lane<f32>(t1, value, 1);
      v128.store_lane<f32>(t2, value, 2);
      v128.store_lane<f32>(t3, value, 3);
      t0 -= step;
      t1 -= step;
      t2 -= step;
      t3 -= step;
      x2 = x1;
      x1 = v128.load(from);
      y2 = y1;
      y1 = y;
      z2 = z1;
      z1 = z;
    }
  }
}

/** Address of the first row of a column in the transposed image. */
function transposed(target: usize, column: i32, width: i32, channels: i32, targetPitch: i32): usize {
  const pixel = min(column / channels, width);
  return target + ((<usize>pixel * targetPitch + (column % channels)) << 2);
}
