// AssemblyScript: edges of the luma.

/**
 * The length of the gradient of the luma (ITU-R BT.601, central differences, borders continued), target [height, pitch] float32.
 * @param luma scratch, [height, pitch + 8] float32
 */
export function gradientLength(source: usize, luma: usize, target: usize, width: i32, height: i32, pitch: i32): void {
  // One column of border at either side.
  const lumaPitch = (<usize>(pitch + 8)) << 2;
  for (let y = 0; y < height; y++) {
    const row = luma + <usize>y * lumaPitch + 4;
    for (let x = 0; x < width; x++, source += 3) {
      const value = <f32>0.299 * <f32>load<u8>(source) + <f32>0.587 * <f32>load<u8>(source, 1) + <f32>0.114 * <f32>load<u8>(source, 2);
      store<f32>(row + ((<usize>x) << 2), value);
    }
    store<f32>(row - 4, load<f32>(row));
    store<f32>(row + ((<usize>width) << 2), load<f32>(row + ((<usize>(width - 1)) << 2)));
  }
  for (let y = 0; y < height; y++) {
    let row = luma + <usize>y * lumaPitch + 4;
    let up = luma + <usize>max(y - 1, 0) * lumaPitch + 4;
    let down = luma + <usize>min(y + 1, height - 1) * lumaPitch + 4;
    let to = target + ((<usize>y * pitch) << 2);
    for (let x = 0; x < width; x += 4, row += 16, up += 16, down += 16, to += 16) {
      const horizontal = f32x4.sub(v128.load(row + 4), v128.load(row - 4));
      const vertical = f32x4.sub(v128.load(down), v128.load(up));
      v128.store(to, f32x4.sqrt(f32x4.add(f32x4.mul(horizontal, horizontal), f32x4.mul(vertical, vertical))));
    }
  }
}

/**
 * The 1st and the 99th percentile of non-negative values [height, pitch], to 1/4096 of the largest, stored as two float32 in `range`.
 * @param counts scratch, 4097 uint32
 */
export function percentileRange(values: usize, width: i32, height: i32, pitch: i32, counts: usize, range: usize): void {
  let largest: f32 = 0;
  for (let y = 0; y < height; y++) {
    const row = values + ((<usize>y * pitch) << 2);
    for (let x = 0; x < width; x++) {
      const value = load<f32>(row + ((<usize>x) << 2));
      if (value > largest) largest = value;
    }
  }
  memory.fill(counts, 0, 4097 * 4);
  const binsPerUnit = f32x4.splat(largest > 0 ? 4096 / largest : 0);
  const lastBin = i32x4.splat(4096),
    zero = i32x4.splat(0);
  for (let y = 0; y < height; y++) {
    const row = values + ((<usize>y * pitch) << 2);
    let x = 0;
    for (; x + 4 <= width; x += 4) {
      const bin = i32x4.trunc_sat_f32x4_s(f32x4.mul(v128.load(row + ((<usize>x) << 2)), binsPerUnit));
      const at = i32x4.shl(i32x4.max_s(zero, i32x4.min_s(bin, lastBin)), 2);
      countOne(counts + <usize>i32x4.extract_lane(at, 0));
      countOne(counts + <usize>i32x4.extract_lane(at, 1));
      countOne(counts + <usize>i32x4.extract_lane(at, 2));
      countOne(counts + <usize>i32x4.extract_lane(at, 3));
    }
    for (; x < width; x++) {
      const bin = <i32>(load<f32>(row + ((<usize>x) << 2)) * f32x4.extract_lane(binsPerUnit, 0));
      countOne(counts + ((<usize>max(0, min(bin, 4096))) << 2));
    }
  }
  const pixels = <f64>width * <f64>height;
  store<f32>(range, (percentile(counts, 0.01 * pixels) * largest) / 4096);
  store<f32>(range, (percentile(counts, 0.99 * pixels) * largest) / 4096, 4);
}

function countOne(at: usize): void {
  store<u32>(at, load<u32>(at) + 1);
}

/** The first bin with more than `rank` values in it and below it. */
function percentile(counts: usize, rank: f64): f32 {
  let below: f64 = 0;
  let bin = 0;
  while (bin < 4096) {
    below += <f64>load<u32>(counts + ((<usize>bin) << 2));
    if (below > rank) break;
    bin++;
  }
  return <f32>bin;
}
