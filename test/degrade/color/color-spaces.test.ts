import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOfLab, labOfImage, labPlanes, lumaOfImage } from '#antonym/degrade/color/color-spaces.js';
import { inWorkspace } from '#antonym/degrade/workspace.js';

const image = (...data: number[]) => ({ width: data.length / 3, height: 1, data: Uint8Array.from(data) });

// Lindbloom's calculator (sRGB, D65, no adaptation), to its last digit shown.
test.each([
  ['black', [0, 0, 0], [0, 0, 0]],
  ['white', [255, 255, 255], [100, 0, 0]],
  ['grey', [128, 128, 128], [53.585, 0, 0]],
  ['red', [255, 0, 0], [53.241, 80.092, 67.203]],
  ['green', [0, 255, 0], [87.735, -86.183, 83.179]],
  ['blue', [0, 0, 255], [32.297, 79.188, -107.86]],
  ['yellow', [255, 255, 0], [97.139, -21.554, 94.478]],
  ['cyan', [0, 255, 255], [91.113, -48.088, -14.131]],
  ['magenta', [255, 0, 255], [60.324, 98.234, -60.825]],
])('CIELAB of %s', (_, rgb, [l, a, b]) => {
  const { lightness, ab } = labOfImage(image(...rgb));
  for (const [value, published] of [
    [lightness[0], l],
    [ab[0], a],
    [ab[1], b],
  ] as const) {
    expect(Math.abs(value! - published!)).toBeLessThan(0.02);
  }
});

test('CIELAB and back is the identity for every byte', () => {
  const byte = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(fc.array(fc.tuple(byte, byte, byte), { minLength: 1, maxLength: 200 }), (pixels) => {
      const original = image(...pixels.flat());
      const back = inWorkspace((workspace) => {
        const lab = labPlanes(workspace, workspace.load(original.data), original.width, original.height);
        return workspace.bytes(bytesOfLab(workspace, lab), original.data.length);
      });
      expect(back).toEqual(original.data);
    }),
    { numRuns: 500 },
  );
});

test('greys have no colour', () => {
  const greys = image(...Array.from({ length: 768 }, (_, index) => Math.floor(index / 3)));
  const { ab } = labOfImage(greys);
  expect(Math.max(...ab.map(Math.abs))).toBeLessThan(1e-4);
});

test('luma of ITU-R BT.601', () => {
  expect([...lumaOfImage(image(255, 0, 0, 0, 255, 0, 0, 0, 255))].map((value) => Math.round(value * 1000) / 1000)).toEqual([
    76.245, 149.685, 29.07,
  ]);
});
