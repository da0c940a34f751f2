/** Speed of the distortions: each by itself, in random compositions, and in the pool of workers that training uses. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { openDataset } from '#antonym/datasets/open-dataset.js';
import { type DistortionName, distortionNames, distortions } from '#antonym/degrade/distortions/table.js';
import { kadid10k } from '#antonym/degrade/kadid10k.js';
import { sampleParameters } from '#antonym/degrade/parameters.js';
import { strengthAt } from '#antonym/degrade/severity.js';
import type { Image } from '#antonym/images/image.js';
import { minimumSideFor } from '#antonym/pairs/crops.js';
import { PairPool } from '#antonym/pairs/pair-pool.js';
import { drawPairs } from '#antonym/pairs/pair-sequence.js';
import { UserError } from '#antonym/support/errors.js';
import { randomStream } from '#antonym/support/random.js';
import { cropsOf, degradeCrops, levels, rateOfProcesses, side, withoutJpeg2000 } from './composed-crops.js';
import { median, rounded } from './measure.js';

interface Flags {
  readonly crops: string;
  readonly pairs: string;
  readonly distortion?: string;
  readonly vs?: string;
  readonly json?: true;
}

/** The middle one, for the comparison; ours beside it is measured at the same level. */
const comparedLevel = 3;
const sides = [side / 2, side, side * 2];

/** Milliseconds by library. */
type LibraryTimes = Readonly<Record<string, number>>;

export async function benchDegrade({ crops: count, pairs, distortion, vs, json }: Flags): Promise<void> {
  if (vs !== undefined && vs !== 'python') throw new UserError(`--vs can be "python" only, but received "${vs}"`);
  const names = distortionNames.filter((name) => distortion === undefined || distortion.split(',').includes(name));
  const each = await benchEach(names, vs === undefined ? {} : timesInPython(names));
  if (!json) printEach(each, vs !== undefined);
  const composed = await benchComposed(Number(count));
  if (!json) printFigures('Random compositions of up to 4, 224x224, levels 1..5, one thread', composed);
  const workers = await benchWorkers(Number(pairs));
  if (!json) printFigures(`Pool of workers, medians of 3 x ${pairs} pairs of 224x224 at 5 levels from images in memory`, workers);
  if (json) process.stdout.write(`${JSON.stringify({ each, composed, workers })}\n`);
}

interface Row {
  readonly name: DistortionName;
  /** Milliseconds per crop by side, mean over the levels. */
  readonly milliseconds: Readonly<Record<number, number>>;
  /** Milliseconds at the compared level. */
  readonly compared: number;
  readonly libraries: LibraryTimes;
}

async function benchEach(names: readonly DistortionName[], python: Readonly<Record<string, LibraryTimes>>): Promise<Row[]> {
  const images = new Map(sides.map((size) => [size, cropsOf(size)]));
  const rows: Row[] = [];
  for (const name of names) {
    const milliseconds: Record<number, number> = {};
    let compared = 0;
    for (const size of sides) {
      const times: number[] = [];
      for (let level = 1; level <= levels; level++) {
        const time = await medianTime(name, images.get(size)!, strengthAt(distortions[name].severities, level, levels));
        times.push(time);
        if (size === side && level === comparedLevel) compared = rounded(time);
      }
      milliseconds[size] = rounded(times.reduce((sum, time) => sum + time, 0) / levels);
    }
    rows.push({ name, milliseconds, compared, libraries: python[name] ?? {} });
  }
  return rows;
}

/** After as many calls as let the compiler settle, at least 7 and at least 60 milliseconds of them. */
async function medianTime(name: DistortionName, images: readonly Image[], strength: number): Promise<number> {
  const times: number[] = [];
  const started = performance.now();
  for (let call = 0; times.length < 7 || performance.now() - started < 120; call++) {
    const parameters = sampleParameters(distortions[name], randomStream('bench', name, call));
    const before = performance.now();
    await distortions[name].apply(images[call % images.length]!, strength, parameters);
    if (performance.now() - started > 60 || times.length > 0) times.push(performance.now() - before);
  }
  return median(times);
}

/** Compositions of the distortions but JPEG 2000, and the share of time that it takes where it is drawn as often as any other. */
async function benchComposed(count: number): Promise<Record<string, number>> {
  const images = cropsOf(side);
  await degradeCrops(images, kadid10k, 0, 500);
  const memory = process.memoryUsage.rss();
  const all = await degradeCrops(images, kadid10k, 0, 2000);
  const parts: Awaited<ReturnType<typeof degradeCrops>>[] = [];
  let highest = 0;
  for (let part = 0; part < 10; part++) {
    parts.push(await degradeCrops(images, withoutJpeg2000, (part * count) / 10, count / 10));
    highest = Math.max(highest, process.memoryUsage.rss());
  }
  const perCrop = (key: 'wallSeconds' | 'cpuSeconds'): number => parts.reduce((sum, time) => sum + time[key], 0) / count;
  const jpeg2000 = await medianTime('jpeg2000', images, strengthAt(distortions.jpeg2000.severities, comparedLevel, levels));
  // Of the groups drawn (1 to 4 of 7), the share that is compression, of which half is JPEG 2000.
  const frequency = (2.5 / 7) * 0.5;
  return {
    cropsPerSecond: rounded(1 / perCrop('wallSeconds')),
    cropsPerSecondOfCpu: rounded(1 / perCrop('cpuSeconds')),
    cropsPerSecondWithJpeg2000: rounded(2000 / all.wallSeconds),
    jpeg2000SharePercent: rounded((100 * frequency * jpeg2000) / ((1000 * all.wallSeconds) / 2000)),
    crops: count,
    memoryBeforeMiB: Math.round(memory / 2 ** 20),
    memoryHighestMiB: Math.round(highest / 2 ** 20),
  };
}

/** One worker and two take turns, so that what else the machine does meets both. */
async function benchWorkers(count: number): Promise<Record<string, number>> {
  const { images } = await openDataset('procedural', { minimumSide: minimumSideFor(side), seed: 1 });
  const options = { images: images.slice(0, 24), levels, crop: side, maxDistortions: 4, distortions: withoutJpeg2000, seed: 1 };
  const rounds = 3;
  const contestants = [1, 2].map((workers) => {
    const pool = new PairPool({ workers });
    const sequence = drawPairs(pool, options);
    let next = 0;
    const make = async (pairs: number): Promise<void> => {
      const end = next + pairs;
      const line = async (): Promise<void> => {
        while (next < end) sequence.release?.((await sequence.pair(next++)).pixels);
      };
      // As many at a time as the trainer asks for: two batches of eight.
      await Promise.all(Array.from({ length: 16 }, line));
    };
    return { pool, make, rates: [] as number[] };
  });
  // Long enough that every worker has rendered the images that it is asked for.
  for (const { make } of contestants) await make(480);
  for (let round = 0; round < rounds; round++) {
    for (const { make, rates } of contestants) {
      const started = performance.now();
      await make(count);
      rates.push((count * levels * 2 * 1000) / (performance.now() - started));
    }
  }
  for (const { pool } of contestants) await pool.close();
  const [one, two] = contestants.map(({ rates }) => median(rates)) as [number, number];
  return {
    cropsPerSecondOneWorker: rounded(one),
    cropsPerSecondTwoWorkers: rounded(two),
    ratio: rounded(two / one),
    ratioOfTwoProcesses: rounded((await rateOfProcesses(2)) / (await rateOfProcesses(1))),
  };
}

/**
 * Medians of the same operations in Python.
 * @throws UserError where Debian's Python packages are missing.
 */
function timesInPython(names: readonly DistortionName[]): Record<string, LibraryTimes> {
  const script = fileURLToPath(new URL('../../bench/python/degrade.py', import.meta.url));
  const strengths = Object.fromEntries(names.map((name) => [name, strengthAt(distortions[name].severities, comparedLevel, levels)]));
  const options = { input: JSON.stringify(strengths), encoding: 'utf8', maxBuffer: 2 ** 24 } as const;
  const { status, stdout, stderr } = spawnSync('/usr/bin/python3', [script, '--side', String(side)], options);
  if (status === 0) return JSON.parse(stdout) as Record<string, LibraryTimes>;
  const packages = 'python3-torch python3-torchvision libopenblas0-pthread python3-skimage python3-opencv python3-pil';
  throw new UserError(`--vs python needs Debian's packages ${packages}:\n${stderr?.trim().split('\n').at(-1) ?? 'no /usr/bin/python3'}`);
}

function printEach(rows: readonly Row[], compared: boolean): void {
  const lines = [
    `${'Milliseconds per crop'.padEnd(27)}${sides.map((size) => `${size}x${size}`.padStart(9)).join('')}   448/112${compared ? '   beside, at 224x224 and level 3' : ''}`,
  ];
  for (const { name, milliseconds, compared: ours, libraries } of rows) {
    const times = sides.map((size) => String(milliseconds[size]).padStart(9)).join('');
    const growth = (milliseconds[sides[2]!]! / milliseconds[sides[0]!]!).toFixed(1).padStart(10);
    const beside = Object.entries(libraries).map(([library, time]) => `${library} ${rounded(time)} (${(time / ours).toFixed(1)}x)`);
    lines.push(`${name.padEnd(27)}${times}${growth}${compared ? `   ours ${ours}, ${beside.join(', ')}` : ''}`);
  }
  if (compared) lines.push(...summaries(rows));
  process.stdout.write(`${lines.join('\n')}\n\n`);
}

/** Speed relative to a library, over the distortions that it has; and to the array libraries together, OpenCV last. */
function summaries(rows: readonly Row[]): string[] {
  const line = (title: string, ratios: readonly number[]): string => {
    const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
    const geometric = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
    return `${title.padEnd(60)} ${String(ratios.length).padStart(2)} distortions: mean ${mean.toFixed(1)}x, geometric mean ${geometric.toFixed(1)}x`;
  };
  const libraries = [...new Set(rows.flatMap((row) => Object.keys(row.libraries)))];
  const of = (library: string): number[] =>
    rows.flatMap((row) => (library in row.libraries ? [row.libraries[library]! / row.compared] : []));
  const others = rows.flatMap((row) => {
    const times = Object.entries(row.libraries).flatMap(([library, time]) => (library === 'OpenCV' ? [] : [time]));
    return times.length > 0 ? [Math.min(...times) / row.compared] : [];
  });
  const fastest = rows.flatMap(({ libraries: times, compared }) =>
    Object.keys(times).length > 0 ? [Math.min(...Object.values(times)) / compared] : [],
  );
  return [
    '',
    ...libraries.map((library) => line(`Faster than ${library}`, of(library))),
    line('Faster than the fastest of all but OpenCV', others),
    line('Faster than the fastest of all', fastest),
  ];
}

function printFigures(title: string, figures: Readonly<Record<string, number>>): void {
  process.stdout.write(`${title}\n`);
  for (const [name, value] of Object.entries(figures)) process.stdout.write(`  ${name.padEnd(28)} ${value}\n`);
}
