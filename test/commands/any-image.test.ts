import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { degrade, sampleComposition } from '#antonym/degrade/composition.js';
import { type DistortionName, distortionNames } from '#antonym/degrade/distortions/table.js';
import { decodeImage } from '#antonym/images/decode-image.js';
import type { Image } from '#antonym/images/image.js';
import { parseManifest } from '#antonym/pairs/manifest.js';
import { UserError } from '#antonym/support/errors.js';
import { randomStream } from '#antonym/support/random.js';
import { type CorpusFile, photographCorpus } from '../datasets/photograph-corpus.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const folder = join(await temporaryFolder(), 'a corpus');
let files: CorpusFile[];
beforeAll(async () => {
  files = await photographCorpus(folder);
});

function strongest(image: Image, name: DistortionName): Promise<Image> {
  return degrade(image, sampleComposition(randomStream(1, name), { maxDistortions: 1, distortions: [name] }), 5, 5);
}

test('each of 200 files gives the right pixels, which can be degraded, or a reason why not', async () => {
  expect(files.length).toBeGreaterThan(200);
  for (const [index, { name, expected }] of files.entries()) {
    const outcome = await decodeImage(join(folder, name)).catch((error: Error) => error);
    if (outcome instanceof Error) {
      expect(outcome, name).toBeInstanceOf(UserError);
      expect(outcome.message.startsWith(`Cannot read image ${join(folder, name)}: `), name).toBe(true);
      expect(outcome.message, name).not.toContain('\n');
      expect(['refused', 'either'], `${name}: ${outcome.message}`).toContain(expected.kind);
      if (expected.kind === 'refused') expect(outcome.message, name).toMatch(expected.reason);
      continue;
    }
    const { width, height, data } = outcome;
    expect(expected.kind, name).not.toBe('refused');
    expect(data.length, name).toBe(width * height * 3);
    if (expected.kind === 'pixels' || expected.kind === 'size') expect([width, height], name).toEqual([expected.width, expected.height]);
    if (expected.kind === 'pixels') expect(meanDifference(data, expected.data), name).toBeLessThanOrEqual(expected.tolerance);
    if (data.length > 1e6) continue;
    const degraded = await strongest(outcome, distortionNames[index % distortionNames.length]!);
    expect([degraded.width, degraded.height, degraded.data.length], name).toEqual([width, height, data.length]);
  }
});

test.each(distortionNames)('an image of a few pixels can be degraded: %s', async (name) => {
  for (const { width, height } of [
    [1, 1],
    [1, 7],
    [9, 1],
    [2, 2],
    [3, 5],
  ].map(([width = 0, height = 0]) => ({ width, height }))) {
    const data = Uint8Array.from({ length: width * height * 3 }, (_, index) => (index * 67) % 256);
    expect(await strongest({ width, height, data }, name)).toMatchObject({ width, height, data: { length: data.length } });
  }
});

test('a folder of them becomes pairs of every good one; every other one is named with its reason; memory stays bounded', async () => {
  const out = join(folder, '..', 'out');
  const crop = 32;
  const peak = 'data:text/javascript,process.on("exit",()=>process.stderr.write("peak "+process.resourceUsage().maxRSS+" KiB\\n"))';
  const program = fileURLToPath(import.meta.resolve('#antonym/cli.js'));
  const flags = ['--crop', String(crop), '--levels', '2', '--count', String(files.length), '--workers', '2', '--out', out, '--json'];
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--import', peak, program, 'degrade', '--data', folder, ...flags],
    { maxBuffer: 2 ** 26 },
  );
  const { skipped }: { skipped: { image: string; reason: string }[] } = JSON.parse(stdout);
  const rows = parseManifest(await readFile(join(out, 'manifest.jsonl'), 'utf8'), 'manifest.jsonl');
  const shown = new Set(rows.map((row) => row.image.id));
  const reasons = new Map(skipped.map(({ image, reason }) => [image, reason]));
  expect(reasons.size).toBe(skipped.length);
  for (const { name, expected } of files) {
    const reason = reasons.get(join(folder, name));
    expect(shown.has(name), `${name}: ${reason}`).toBe(reason === undefined);
    if (expected.kind === 'refused') expect(reason, name).toMatch(expected.reason);
    if (expected.kind !== 'pixels' && expected.kind !== 'size') continue;
    if (Math.min(expected.width, expected.height) < crop * 1.25)
      expect(reason, name).toMatch(/is too small: each side must have at least 40/);
    else expect(reason, name).toBeUndefined();
  }
  expect(shown.size + skipped.length).toBe(files.length);
  // 100 megapixels are 300 MB, and their rest is the program.
  expect(Number(/peak (\d+) KiB/.exec(stderr)?.[1])).toBeLessThan(900_000);
});

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, index) => sum + Math.abs(value - b[index]!), 0) / a.length;
}
