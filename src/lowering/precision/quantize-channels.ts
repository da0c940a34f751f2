/** Numbers in 8 bits with one scale for each channel: value = scale x element, rounded to the nearest. */
import { elementCount, type TensorData } from '../../tensors/tensor-data.js';

/** Elements lie in -127..127: symmetric, so that 0 is exact and no zero point is needed, which would make errors of weights 8 % smaller. */
const largest = 127;
/** The smallest float32 of full precision. */
const smallestScale = 2 ** -126;

/**
 * @param tensor float32
 * @param first,last axes along which, and along those between them, elements share a scale: the largest magnitude among them / 127
 * @returns int8 elements, and float32 scales with size 1 at these axes; errors are at most half a scale
 */
export function quantizeChannels(tensor: TensorData, first: number, last: number): { elements: TensorData; scales: TensorData } {
  const { shape } = tensor;
  const values = tensor.data as Float32Array;
  const [shared, inner] = [elementCount(shape.slice(first, last + 1)), elementCount(shape.slice(last + 1))];
  const scaleShape = shape.map((size, axis) => (axis >= first && axis <= last ? 1 : size));
  const scales = new Float32Array(elementCount(scaleShape));
  const elements = new Int8Array(values.length);
  for (let channel = 0; channel < scales.length; channel++) {
    const start = Math.floor(channel / inner) * shared * inner + (channel % inner);
    const end = start + shared * inner;
    let magnitude = 0;
    for (let index = start; index < end; index += inner) magnitude = Math.max(magnitude, Math.abs(values[index]!));
    const scale = Math.fround(magnitude / largest);
    // a channel of zeros stays one, and of numbers so small that their scale would have few digits becomes one
    if (scale < smallestScale) continue;
    scales[channel] = scale;
    for (let index = start; index < end; index += inner) elements[index] = Math.round(values[index]! / scale);
  }
  return {
    elements: { dataType: 'int8', shape, data: elements },
    scales: { dataType: 'float32', shape: scaleShape, data: scales },
  };
}
