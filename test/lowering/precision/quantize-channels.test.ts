import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quantizeChannels } from '#antonym/lowering/precision/quantize-channels.js';
import { floatTensor } from '#antonym/tensors/tensor-data.js';

describe('numbers in 8 bits', () => {
  test.each<[axes: [number, number], scaleShape: number[]]>([
    [
      [1, 2],
      [3, 1, 1],
    ],
    [
      [1, 1],
      [3, 1, 5],
    ],
    [
      [0, 0],
      [1, 4, 5],
    ],
    [
      [2, 2],
      [3, 4, 1],
    ],
  ])('along the axes %j err by half a scale at most, which is the largest magnitude / 127', ([first, last], scaleShape) => {
    const shape = [3, 4, 5];
    const element = fc.float({ min: -1000, max: 1000, noNaN: true }).map((value) => (Math.abs(value) < 2 ** -100 ? 0 : value));
    fc.assert(
      fc.property(fc.array(element, { minLength: 60, maxLength: 60 }), (values) => {
        const { elements, scales } = quantizeChannels(floatTensor(shape, values), first, last);
        expect([elements.dataType, elements.shape, scales.dataType, scales.shape]).toEqual(['int8', shape, 'float32', scaleShape]);
        const largest = new Float64Array(scales.data.length);
        for (const [index, value] of values.entries()) {
          const place = [Math.floor(index / 20), Math.floor(index / 5) % 4, index % 5];
          const channel = scaleShape.reduce((at, size, axis) => at * size + (size === 1 ? 0 : place[axis]!), 0);
          const scale = Number(scales.data[channel]);
          expect(Math.abs(value - scale * Number(elements.data[index]))).toBeLessThanOrEqual((scale / 2) * (1 + 1e-6));
          expect(Math.abs(Number(elements.data[index]))).toBeLessThanOrEqual(127);
          largest[channel] = Math.max(largest[channel]!, Math.abs(value));
        }
        expect(scales.data).toEqual(Float32Array.from(largest, (magnitude) => magnitude / 127));
      }),
      { numRuns: 30 },
    );
  });

  test('so small that a scale cannot tell them apart are 0', () => {
    const { elements, scales } = quantizeChannels(floatTensor([1, 2], [2 ** -145, 2 ** -141]), 1, 1);
    expect([...elements.data, ...scales.data]).toEqual([0, 0, 0]);
  });

  test('keep 0, and the largest of each channel', () => {
    const { elements, scales } = quantizeChannels(floatTensor([3, 3], [0, 127, -1, 0, -2, 1, 0, 0, 0]), 1, 1);
    expect([...elements.data]).toEqual([0, 127, -1, 0, -127, 64, 0, 0, 0]);
    expect([...scales.data]).toEqual([1, Math.fround(2 / 127), 0]);
  });
});
