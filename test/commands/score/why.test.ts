/** `antonym score --why`: what is wrong with photographs, by a model that says it, as exports do by default, and by one that does not. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { degradationGroups } from '#antonym/heads/degradation-groups.js';
import { cropImage } from '#antonym/images/image.js';
import { loadModel } from '#antonym/index.js';
import { describeLikeness, likenessOf } from '#antonym/score/likeness.js';
import { parseSealed } from '#antonym/support/sealed-json.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { antonymHere } from '../antonym-here.js';
import { expectRefused } from '../expect-refused.js';
import { copyShortRun } from '../train/reference-run.js';

const folder = await temporaryFolder();
const photograph = join('photos', '00.png');

describe('score --why', () => {
  beforeAll(async () => {
    await copyShortRun(folder);
    const { status, stderr } = await antonymHere(['export', '--run', 'reference', '--out', 'told', '--degradations', 'on'], folder);
    expect(status, stderr).toBe(0);
  });

  test('the export states how well the output tells, and is proven to give what was fitted', async () => {
    const read = async (name: string): Promise<string> => readFile(join(folder, 'told', name), 'utf8');
    const { degradations } = JSON.parse(await read('model.json'));
    expect(degradations.groups).toEqual([...degradationGroups]);
    expect(degradations.measured.pristine.falseAlarms).toBeLessThanOrEqual(0.05);
    // of so few photographs nothing follows for the thresholds
    expect(degradations.own).toEqual({ photographs: expect.any(Number), alarms: expect.any(Number) });
    expect(degradations.own.photographs).toBeGreaterThan(2);
    const { degradations: proof } = JSON.parse(await read('parity.json'));
    expect(proof.crops).toBeGreaterThan(0);
    expect(proof.largestDifference).toBeLessThanOrEqual(proof.tolerance);
    expect(await read('MODEL_CARD.md')).toContain('It cannot tell causes that look alike');
  });

  test('prints words after the name, numbers with --json, and columns with --csv; the library gives the same', async () => {
    const score = async (...flags: string[]): Promise<string> => {
      const { status, stdout, stderr } = await antonymHere(['score', '--model', 'told', '--why', '--quiet', ...flags, photograph], folder);
      expect(status, stderr).toBe(0);
      return stdout;
    };
    const model = await loadModel(join(folder, 'told'));
    try {
      const assessed = await model.assess(join(folder, photograph));
      expect(Object.keys(assessed.degradations)).toEqual([...degradationGroups]);
      const likeness = likenessOf(assessed.score, model.description)!;
      expect(await score()).toBe(`${assessed.score.toFixed(4)}  ${photograph}  ${describeLikeness(likeness)}; ${assessed.why}\n`);
      const { score: value, why, degradations } = assessed;
      expect(JSON.parse(await score('--json'))).toEqual({ ...likeness, image: photograph, score: value, why, degradations });
      const [row] = parse(await score('--csv'), { columns: true });
      expect(row).toMatchObject({ image: photograph, why: assessed.why, noise: String(assessed.degradations.noise) });
    } finally {
      await model.close();
    }
  });

  test('is refused where the model does not tell, and with a cache of scores alone', async () => {
    const untold = 'The model does not say what is wrong with an image: export its run with --degradations on.';
    await expectRefused(['score', '--quiet', '--model', 'reference', '--why', photograph], untold, folder);
    await expectRefused(['score', '--model', 'told', '--why', '--cache', photograph], /--why and --cache exclude each other/, folder);
  });

  test('a map says of each part what is wrong with it', async () => {
    const args = ['score', '--model', 'told', '--why', '--map', 'maps', '--map-tile', '40', '--quiet', photograph];
    const { status, stderr } = await antonymHere(args, folder);
    expect(status, stderr).toBe(0);
    const numbers = parseSealed(await readFile(join(folder, 'maps', '00.png.map.json'), 'utf8')) as Record<string, number[]> & {
      readonly degradations: Readonly<Record<string, readonly number[][]>>;
    };
    const { left, top, degradations, scores, quality } = numbers as typeof numbers & Record<'scores' | 'quality', readonly number[][]>;
    expect(Object.keys(degradations)).toEqual([...degradationGroups]);
    await using model = await loadModel(join(folder, 'told'));
    const { data, info } = await sharp(join(folder, photograph)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const [row, column] = [top!.length - 1, left!.length - 1];
    const image = { data: new Uint8Array(data), width: info.width, height: info.height };
    const tile = await model.assess(cropImage(image, left![column]!, top![row]!, 40, 40));
    const shares = model.description.degradations!.thresholds.map(
      (threshold, group) => tile.degradations[degradationGroups[group]!]! / threshold,
    );
    expect(scores[row]![column]).toBeCloseTo(tile.score, 4);
    expect(quality[row]![column]).toBeCloseTo(tile.score * (1 - 0.9 * Math.min(1, Math.max(...shares.slice(0, 3))) ** 4), 4);
    for (const [group, strength] of Object.entries(tile.degradations)) expect(degradations[group]![row]![column]).toBeCloseTo(strength, 4);
    expect(await model.map(image, { tile: 40, degradations: false })).not.toHaveProperty('quality');
    const untold = await loadModel(join(folder, 'runs', 'reference', 'export'));
    expect(await untold.map(image, { tile: 40 })).not.toHaveProperty('quality');
    await expect(untold.map(join(folder, photograph), { degradations: true })).rejects.toThrow('does not say what is wrong');
    await untold.close();
  });

  test('compare --why says how much stronger each group became, in all of its files', async () => {
    await writeFile(join(folder, 'after.jpg'), await sharp(join(folder, photograph)).blur(4).jpeg({ quality: 5 }).toBuffer());
    const args = ['compare', photograph, 'after.jpg', '--model', 'told', '--why', '--out', 'compared', '--json', '--resamples', '100'];
    const { status, stdout, stderr } = await antonymHere(args, folder);
    expect(status, stderr).toBe(0);
    const [variant] = JSON.parse(stdout).variants;
    await using model = await loadModel(join(folder, 'told'));
    for (const when of ['before', 'after'] as const) {
      const { degradations } = await model.assess(join(folder, when === 'before' ? photograph : 'after.jpg'));
      expect(Object.fromEntries(variant.reasons.map((change: Record<string, unknown>) => [change.group, change[when]]))).toEqual(
        degradations,
      );
    }
    const [row] = parse(await readFile(join(folder, 'compared', 'pictures.csv'), 'utf8'), { columns: true }) as Record<string, string>[];
    expect(row!.blur_after).toBe(String(variant.reasons[0].after));
    expect(await readFile(join(folder, 'compared', 'index.html'), 'utf8')).toContain('<section id="why">');
  });
});
