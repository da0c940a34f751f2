/** Photographs' statistics without photographs: scenes rendered from a seed. */
import { randomStream } from '../support/random.js';
import type { Image } from './image.js';
import type { ProceduralReference } from './image-reference.js';

export function renderProcedural({ seed, index, width, height }: ProceduralReference): Image {
  const random = randomStream(seed, 'procedural', index, width, height);
  const data = new Uint8Array(width * height * 3);
  const remaining = new Float32Array(width * height).fill(1);
  const planes = new Float32Array(width * height * 3);
  const smallest = 2;
  const largest = Math.min(width, height) / 2;
  for (let leaf = 0; leaf < 12000; leaf++) {
    const radius = 1 / Math.sqrt(random.between(1 / largest ** 2, 1 / smallest ** 2));
    const x0 = random.uniform() * width;
    const y0 = random.uniform() * height;
    const base = random.between(0.1, 0.9);
    const colour = [0, 1, 2].map(() => Math.min(0.95, Math.max(0.05, base + random.between(-0.15, 0.15))));
    for (let y = Math.max(0, Math.floor(y0 - radius - 1)); y < Math.min(height, y0 + radius + 1); y++) {
      for (let x = Math.max(0, Math.floor(x0 - radius - 1)); x < Math.min(width, x0 + radius + 1); x++) {
        const i = y * width + x;
        if (remaining[i]! < 1e-3) continue;
        const coverage = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(x - x0, y - y0)));
        const weight = remaining[i]! * coverage;
        for (let c = 0; c < 3; c++) planes[i * 3 + c]! += weight * colour[c]!;
        remaining[i]! -= weight;
      }
    }
  }
  for (let i = 0; i < data.length; i++) data[i] = Math.round(255 * (planes[i]! + 0.5 * remaining[Math.floor(i / 3)]!));
  return { width, height, data };
}
