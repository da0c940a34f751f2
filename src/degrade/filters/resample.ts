/** Resizes images in floating point, from any size to any other. */

/** Kernels k(x) around 0, zero from their radius on, for an enlargement; a reduction by s uses k(x / s). */
const kernels = {
  /** Mean over the area. */
  box: { radius: 0.5, weight: (x: number) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  linear: { radius: 1, weight: (x: number) => Math.max(0, 1 - Math.abs(x)) },
  /** Keys, "Cubic convolution interpolation for digital image processing" (IEEE Trans. ASSP 29, 1981), a = -1/2; Catmull-Rom's spline. */
  cubic: {
    radius: 2,
    weight: (x: number) => {
      const t = Math.abs(x);
      return t < 1 ? 1 + t * t * (1.5 * t - 2.5) : t < 2 ? 2 + t * (-4 + t * (2.5 - 0.5 * t)) : 0;
    },
  },
} as const;
export type ResamplingKernel = keyof typeof kernels;

/**
 * Interleaved channels at another size, without aliasing, as by Pillow's `resize`. Beyond the borders there is nothing: kernels are cut off
 * there and their sum is made 1.
 * @param values [height, width, channels]
 * @returns [newHeight, newWidth, channels], in which `cubic` may overshoot
 */
export function resample(
  values: Float32Array,
  width: number,
  height: number,
  channels: number,
  newWidth: number,
  newHeight: number,
  kernel: ResamplingKernel,
): Float32Array {
  // Rows first: values read by a column step are then adjacent too.
  const narrow = resampleAxis(values, height, width, channels, newWidth, kernel);
  return resampleAxis(narrow, 1, height, newWidth * channels, newHeight, kernel);
}

/** [outer, count, inner] to [outer, newCount, inner]. */
function resampleAxis(
  values: Float32Array,
  outer: number,
  count: number,
  inner: number,
  newCount: number,
  kernel: ResamplingKernel,
): Float32Array {
  const { radius, weight } = kernels[kernel];
  const scale = count / newCount;
  const stretch = Math.max(1, scale);
  // The weights of old places in each new one: from `first` on, `most` for each.
  const most = 2 * Math.ceil(radius * stretch) + 1;
  const weights = new Float64Array(newCount * most);
  const [firsts, taps] = [new Int32Array(newCount), new Int32Array(newCount)];
  for (let index = 0; index < newCount; index++) {
    const center = (index + 0.5) * scale;
    const first = Math.max(0, Math.floor(center - radius * stretch + 0.5));
    const end = Math.min(count, Math.floor(center + radius * stretch + 0.5));
    const line = weights.subarray(index * most, index * most + end - first);
    for (let tap = 0; tap < line.length; tap++) line[tap] = weight((first + tap + 0.5 - center) / stretch);
    const sum = line.reduce((total, value) => total + value, 0);
    for (let tap = 0; tap < line.length; tap++) line[tap]! /= sum;
    firsts[index] = first;
    taps[index] = line.length;
  }
  const result = new Float32Array(outer * newCount * inner);
  for (let block = 0, to = 0; block < outer; block++) {
    for (let index = 0; index < newCount; index++) {
      const start = (block * count + firsts[index]!) * inner;
      const [from, end] = [index * most, index * most + taps[index]!];
      for (let at = start; at < start + inner; at++, to++) {
        let sum = 0;
        for (let tap = from, source = at; tap < end; tap++, source += inner) sum += weights[tap]! * values[source]!;
        result[to] = sum;
      }
    }
  }
  return result;
}
