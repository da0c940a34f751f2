/** Speed of scoring. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { renderProcedural } from '#antonym/datasets/procedural.js';
import { decodeImage } from '#antonym/images/decode-image.js';
import { type Device, devices } from '#antonym/runtime/devices/device-names.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { UserError } from '#antonym/support/errors.js';
import { markdownTable } from './markdown-table.js';
import { median, peakMemory, printFigures, rounded } from './measure.js';
import { randomModelFile } from './random-model.js';
import { scoreBesidePyTorch } from './score-beside-pytorch.js';
import { measureLists } from './score-list.js';
import { profileScoring } from './score-profile.js';

/** As beside PyTorch. */
const profileThreads = 2;

interface Flags {
  readonly backbone: string;
  readonly steps: string;
  readonly crops: string;
  readonly width: string;
  readonly height: string;
  readonly device: string;
  readonly photographs?: string;
  readonly vs?: string;
  readonly python: string;
  readonly compiled?: true;
  readonly profile?: true;
  readonly json?: true;
}

export async function benchScore({ json, device, ...flags }: Flags): Promise<void> {
  if (!isDevice(device)) throw new UserError(`--device can be ${devices.join(', ')}, but received "${device}"`);
  const [width, height, steps, crops] = [flags.width, flags.height, flags.steps, flags.crops].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  if (flags.vs !== undefined) {
    if (flags.vs !== 'pytorch') throw new UserError(`--vs can be "pytorch" only, but received "${flags.vs}"`);
    const choice = { python: flags.python, compiled: flags.compiled === true };
    return printFigures(await scoreBesidePyTorch(flags.backbone, { crops, steps }, choice), json === true);
  }
  if (flags.profile) {
    if (width !== height || device !== 'cpu') throw new UserError('--profile measures square crops on the processor: --width as --height');
    const rows = await profileScoring(flags.backbone, crops, width, profileThreads);
    if (json) process.stdout.write(`${JSON.stringify(rows)}\n`);
    else process.stdout.write(markdownTable([['operator', 'ms', '%'], ...rows.map((row) => Object.values(row).map(String))]));
    return;
  }
  if (flags.photographs !== undefined) return printFigures(await measureLists(Number(flags.photographs), width, height), json === true);
  printFigures(await measureScoring(flags.backbone, device, { width, height, steps, crops }), json === true);
}

export interface ScoringSizes {
  /** Size of the images, pixels. */
  readonly width: number;
  readonly height: number;
  /** Calls that are measured, after two that are not. */
  readonly steps: number;
  /** Images in a call. */
  readonly crops: number;
}

/** Medians of calls one after the other, decoding included. */
export async function measureScoring(
  backbone: string,
  device: Device,
  { width, height, steps, crops }: ScoringSizes,
): Promise<Record<string, string | number> & { readonly imagesPerSecond: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'antonym-bench-'));
  const thread = new SessionThread({ device });
  try {
    await thread.load('model', await randomModelFile(backbone, folder));
    const path = join(folder, 'photo.jpg');
    const image = renderProcedural({ kind: 'procedural', id: 'procedural-1-0', seed: 1, index: 0, width, height });
    await writeFile(
      path,
      await sharp(image.data, { raw: { width, height, channels: 3 } })
        .jpeg({ quality: 90 })
        .toBuffer(),
    );
    const decodeTimes: number[] = [];
    const times: number[] = [];
    for (let index = -2; index < steps; index++) {
      const started = performance.now();
      const batch = new Uint8Array(crops * height * width * 3);
      for (let crop = 0; crop < crops; crop++) batch.set((await decodeImage(path)).data, crop * height * width * 3);
      const decoded = performance.now();
      await thread.run('model', { image: { dataType: 'uint8', shape: [crops, height, width, 3], data: batch } });
      if (index < 0) continue;
      decodeTimes.push(decoded - started);
      times.push(performance.now() - started);
    }
    return {
      backbone,
      device,
      steps,
      size: `${width}x${height}`,
      crops,
      imagesPerSecond: rounded((crops * 1000) / median(times)),
      stepMilliseconds: rounded(median(times)),
      dataMilliseconds: rounded(median(decodeTimes)),
      peakMemoryMiB: peakMemory(),
    };
  } finally {
    await thread.close();
    await rm(folder, { recursive: true });
  }
}

export function isDevice(name: string): name is Device {
  return (devices as readonly string[]).includes(name);
}
