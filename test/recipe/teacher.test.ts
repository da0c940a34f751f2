/** The teacher of the shipped model: distances that are 0 for equal images and grow with every degradation. */
import { describe, expect, test } from 'vitest';
import { renderProcedural } from '#antonym/datasets/procedural.js';
import { distortions } from '#antonym/degrade/distortions/table.js';
import { distances, type Seen, targets } from '#antonym/recipe/teacher.js';
import { rendered } from '../pairs/folder-of-photographs.js';

/** Pixels stand for the activations of a network: [1, 3, H, W]. */
function seen(image: Seen['image']): Seen {
  const plane = image.width * image.height;
  const data = Float32Array.from({ length: 3 * plane }, (_, index) => image.data[(index % plane) * 3 + Math.floor(index / plane)]! / 255);
  return { image, activations: [{ dataType: 'float32', shape: [1, 3, image.height, image.width], data }] };
}

describe('distances', () => {
  const pristine = seen(renderProcedural(rendered(1, 128, 96)));

  test('of an image to itself are 0', () => {
    for (const distance of distances(pristine, pristine)) expect(distance).toBeCloseTo(0, 6);
  });

  test.each(['gaussian-blur', 'jpeg'] as const)('grow with the severity of %s', async (name) => {
    const { severities, apply } = distortions[name];
    const rows = await Promise.all(
      severities.map(async (strength) => distances(pristine, seen(await apply(pristine.image, strength, {})))),
    );
    for (const kind of rows[0]!.keys()) {
      const values = rows.map((row) => row[kind]!);
      expect(values, `distance ${kind}`).toEqual([...values].sort((a, b) => a - b));
      expect(values[0]).toBeGreaterThan(0);
    }
  });
});

test('wrong light and faded colors are far in color, blur is near', async () => {
  const image = renderProcedural(rendered(1, 128, 96));
  const color = 2;
  const far = async (name: 'brighten' | 'color-saturation-hsv' | 'gaussian-blur', strength: number): Promise<number> =>
    distances(seen(image), seen(await distortions[name].apply(image, strength, {})))[color]!;
  const blurred = await far('gaussian-blur', 2);
  expect(blurred).toBeLessThan(3);
  for (const name of ['brighten', 'color-saturation-hsv'] as const)
    expect(await far(name, distortions[name].severities[3]!), name).toBeGreaterThan(2 * blurred);
});

test('targets are the mean shares of nearer images, negated', () => {
  const rows = [
    [0, 0],
    [0, 0],
    [1, 5],
    [2, 3],
  ];
  expect(targets(rows).map((target) => target + 0)).toEqual([0, 0, -(0.5 + 0.75) / 2, -(0.75 + 0.5) / 2]);
});
