/** The loop over randomly composed crops: in this process, or as one of several processes that show what the machine itself gives to two. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { renderProcedural } from '#antonym/datasets/procedural.js';
import { degrade, sampleComposition } from '#antonym/degrade/composition.js';
import type { DistortionName } from '#antonym/degrade/distortions/table.js';
import { kadid10k } from '#antonym/degrade/kadid10k.js';
import { releasePixels } from '#antonym/degrade/pixel-buffers.js';
import { cropImage, type Image } from '#antonym/images/image.js';
import { randomStream } from '#antonym/support/random.js';

export const levels = 5;
export const side = 224;
/** The pool of the benchmarks: OpenJPEG, which takes as long as all others together, is measured apart. */
export const withoutJpeg2000: readonly DistortionName[] = kadid10k.filter((name) => name !== 'jpeg2000');

/** Eight crops with texture. */
export function cropsOf(size: number): Image[] {
  return Array.from({ length: 8 }, (_, index) => {
    const image = renderProcedural({ kind: 'procedural', id: `bench-${index}`, seed: 5, index, width: 640, height: 512 });
    return cropImage(image, 64, 32, size, size);
  });
}

/** Degrades crops `first` to `first + count`, each by a composition of up to four distortions, at levels 1..5 in turn. */
export async function degradeCrops(
  images: readonly Image[],
  distortions: readonly DistortionName[],
  first: number,
  count: number,
): Promise<{ wallSeconds: number; cpuSeconds: number }> {
  const [started, used] = [performance.now(), process.cpuUsage()];
  for (let index = first; index < first + count; index++) {
    const composition = sampleComposition(randomStream('bench', index), { maxDistortions: 4, distortions });
    const { data } = await degrade(images[index % images.length]!, composition, 1 + (index % levels), levels);
    releasePixels(data);
  }
  const { user, system } = process.cpuUsage(used);
  return { wallSeconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6 };
}

/**
 * Crops per second of several processes together that share nothing: the most that as many workers can reach. All warm up first and begin
 * together; a rate counts what each did while all were at work.
 */
export async function rateOfProcesses(processes: number): Promise<number> {
  const children = Array.from({ length: processes }, () =>
    spawn(process.execPath, [fileURLToPath(import.meta.url)], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  await Promise.all(children.map((child) => once(child.stdout, 'data')));
  const rates = await Promise.all(
    children.map(async (child) => {
      child.stdin.end('begin');
      const [text] = (await once(child.stdout, 'data')) as [Buffer];
      return Number(text);
    }),
  );
  return rates.reduce((sum, rate) => sum + rate, 0);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const images = cropsOf(side);
  await degradeCrops(images, withoutJpeg2000, 0, 400);
  process.stdout.write('ready');
  await once(process.stdin, 'data');
  // For a time rather than a number of crops: none goes on alone when another has ended.
  let [crops, seconds] = [0, 0];
  while (seconds < 4) {
    seconds += (await degradeCrops(images, withoutJpeg2000, 400 + crops, 50)).wallSeconds;
    crops += 50;
  }
  process.stdout.write(String(crops / seconds));
  process.exit();
}
