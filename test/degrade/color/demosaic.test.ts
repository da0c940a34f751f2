import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bayerChannel, demosaic } from '#antonym/degrade/color/demosaic.js';

test('one red, two green and one blue in each square of four', () => {
  expect([bayerChannel(0, 0), bayerChannel(1, 0), bayerChannel(0, 1), bayerChannel(1, 1)]).toEqual([0, 1, 1, 2]);
  expect(bayerChannel(6, 3)).toBe(bayerChannel(0, 1));
});

test('what is seen stays; a plain colour on a common slope comes back exactly', () => {
  const level = fc.double({ min: 0, max: 1, noNaN: true });
  const slope = fc.double({ min: -0.1, max: 0.1, noNaN: true });
  fc.assert(
    fc.property(fc.tuple(level, level, level), slope, slope, (color, across, down) => {
      const [width, height] = [12, 10];
      const value = (x: number, y: number, channel: number): number => color[channel]! + across * x + down * y;
      const mosaic = Float32Array.from({ length: width * height }, (_, pixel) => {
        const [x, y] = [pixel % width, Math.floor(pixel / width)];
        return value(x, y, bayerChannel(x, y));
      });
      const result = demosaic(mosaic, width, height);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          expect(result[(y * width + x) * 3 + bayerChannel(x, y)]! - mosaic[y * width + x]!).toBe(0);
          if (x < 2 || y < 2 || x >= width - 2 || y >= height - 2) continue;
          for (let channel = 0; channel < 3; channel++) {
            expect(Math.abs(result[(y * width + x) * 3 + channel]! - value(x, y, channel))).toBeLessThan(1e-5);
          }
        }
      }
    }),
  );
});
