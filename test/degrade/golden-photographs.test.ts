import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type DistortionName, distortionNames, distortions } from '#antonym/degrade/distortions/table.js';
import { peakSignalToNoiseRatio } from '#antonym/degrade/fidelity.js';
import { sampleParameters } from '#antonym/degrade/parameters.js';
import { decodeImage } from '#antonym/images/decode-image.js';
import { cropImage, type Image } from '#antonym/images/image.js';
import { randomStream } from '#antonym/support/random.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { kodakPhotographs } from './kodak.js';
import { withoutOracle } from './without-oracle.js';

const folder = await temporaryFolder();
const side = 256;
const script = fileURLToPath(new URL('golden/photographs.py', import.meta.url));

const names = distortionNames.filter((name) => !withoutOracle.includes(name));

/** Python with SciPy and the others: the one of the path, or the system's. */
function runOracles(input: string): { status: number | null; message: string } {
  let outcome = { status: null as number | null, message: 'there is no python3' };
  for (const python of ['python3', '/usr/bin/python3']) {
    const { status, stderr } = spawnSync(python, [script], { input, encoding: 'utf8' });
    if (status !== null) outcome = { status, message: stderr };
    if (status === 0) break;
  }
  return outcome;
}

test.skipIf(kodakPhotographs.length === 0)(
  'on photographs every distortion agrees with an independent implementation: PSNR above 45 dB',
  async (context) => {
    // Every distortion at every level, each level on another photograph.
    const crops = await Promise.all(
      [1, 5, 8, 15, 23].map(async (number) => {
        const image = await decodeImage(kodakPhotographs[number - 1]!);
        return cropImage(image, Math.floor((image.width - side) / 2), Math.floor((image.height - side) / 2), side, side);
      }),
    );
    await Promise.all(crops.map((crop, level) => writeFile(join(folder, `crop-${level}`), crop.data)));
    const cases = names.flatMap((name) =>
      crops.map((crop, level) => {
        const distortion = distortions[name];
        const parameters = sampleParameters(distortion, randomStream('photographs', name, level));
        return { name, level, crop, strength: distortion.severities[level]!, parameters, out: join(folder, `${name}-${level}`) };
      }),
    );
    const input = cases.map(({ level, crop: _, ...rest }) => JSON.stringify({ ...rest, side, crop: join(folder, `crop-${level}`) }));
    const { status, message } = runOracles(`${input.join('\n')}\n`);
    if (status === null || status === 3) {
      process.stderr.write(`Not compared on photographs: ${message.trim()}\n`);
      context.skip();
    }
    expect(status, message).toBe(0);
    const decibels = new Map<DistortionName, number[]>();
    for (const { name, crop, strength, parameters, out } of cases) {
      const golden: Image = { width: side, height: side, data: new Uint8Array(await readFile(out)) };
      const ours = await distortions[name].apply(crop, strength, parameters);
      expect(peakSignalToNoiseRatio(crop, golden), `${name} ${strength} changes the photograph`).toBeLessThan(45);
      decibels.set(name, [...(decibels.get(name) ?? []), peakSignalToNoiseRatio(golden, ours)]);
    }
    const table = [...decibels].map(
      ([name, values]) => `${name.padEnd(26)} ${values.map((value) => value.toFixed(1).padStart(8)).join(' ')}`,
    );
    process.stderr.write(`PSNR to an independent implementation at levels 1..5, decibels\n${table.join('\n')}\n`);
    for (const [name, values] of decibels) expect(Math.min(...values), name).toBeGreaterThan(45);
  },
);
