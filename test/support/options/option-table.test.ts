import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '#antonym/support/errors.js';
import { readOptionFile } from '#antonym/support/options/option-file.js';
import { number, oneOf, text, wholeNumber } from '#antonym/support/options/option-kinds.js';
import {
  flagOf,
  type OptionTable,
  parseSavedForm,
  resolveOptions,
  resumeOptions,
  savedForm,
} from '#antonym/support/options/option-table.js';
import { temporaryFolder } from '../files/temporary-folder.js';

const about = { placeholder: 'x', description: 'what it is', reason: 'it is best', changesResult: true };
const table = {
  crop: { ...about, kind: wholeNumber({ min: 32, max: 1024, multipleOf: 32 }), default: 96 },
  rate: {
    ...about,
    kind: number({ min: 0, max: 1 }),
    default: { text: 'a thousandth of the crop', derive: ({ crop }: { crop: number }) => crop / 1000 },
  },
  lossKind: { ...about, kind: oneOf(['rank', 'none']), default: 'rank' },
  data: { ...about, kind: text('a folder'), default: 'here' },
  workers: {
    ...about,
    kind: wholeNumber({ min: 1, max: 8 }),
    default: { text: 'the processors', derive: ({ cores }: { cores: number }) => cores },
    changesResult: false,
  },
} satisfies OptionTable;
const facts = { cores: 3 };
const folder = await temporaryFolder();

describe('options', () => {
  test('come from flags, else from the file, else from defaults, and say so', () => {
    const file = { path: 'a.json', values: { crop: 64, data: 'there' } };
    const resolved = resolveOptions(table, { flags: { crop: '128', lossKind: undefined }, file }, facts);
    const crop: number = resolved.values.crop; // the types come from the table
    const lossKind: 'rank' | 'none' = resolved.values.lossKind;
    expect({ ...resolved.values, crop, lossKind }).toEqual({ crop: 128, rate: 0.128, lossKind: 'rank', data: 'there', workers: 3 });
    expect(resolved.origins).toEqual({ crop: 'flag', rate: 'default', lossKind: 'default', data: 'file', workers: 'default' });
    expect(Object.keys(resolved.values)).toEqual(Object.keys(table));
  });

  test.each([
    [{ crop: '50' }, '--crop must be a multiple of 32 from 32 to 1024, but received 50.'],
    [{ crop: '1056' }, '--crop must be a multiple of 32 from 32 to 1024, but received 1056.'],
    [{ crop: '64px' }, '--crop must be a multiple of 32 from 32 to 1024, but received 64px.'],
    [{ crop: '' }, '--crop must be a multiple of 32 from 32 to 1024, but received nothing.'],
    [{ crop: '0x40' }, '--crop must be a multiple of 32 from 32 to 1024, but received 0x40.'],
    [{ crop: 'Infinity' }, '--crop must be a multiple of 32 from 32 to 1024, but received Infinity.'],
    [{ rate: '-1e-3' }, '--rate must be a number from 0 to 1, but received -1e-3.'],
    [{ rate: 'NaN' }, '--rate must be a number from 0 to 1, but received NaN.'],
    [{ lossKind: 'rang' }, '--loss-kind must be one of rank, none, but received rang. Did you mean "rank"?'],
    [{ data: '' }, '--data must be a folder, but received nothing.'],
    [{ cropp: '64' }, 'Unknown option --cropp. Did you mean "crop"?'],
  ])('flags %j are refused', (flags, message) => {
    expect(() => resolveOptions(table, { flags }, facts)).toThrow(new UserError(message));
  });

  test.each([
    [{ crop: '64' }, '"crop" in a.json must be a multiple of 32 from 32 to 1024, but received "64".'],
    [{ crop: null }, '"crop" in a.json must be a multiple of 32 from 32 to 1024, but received null.'],
    [{ crops: 64 }, 'Unknown option "crops" in a.json. Did you mean "crop"?'],
    [JSON.parse('{"__proto__":{"crop":64}}'), 'Unknown option "__proto__" in a.json. Known: crop, rate, lossKind, data, workers.'],
    [{ constructor: 1 }, 'Unknown option "constructor" in a.json. Known: crop, rate, lossKind, data, workers.'],
  ])('a file with %j is refused', (values, message) => {
    expect(() => resolveOptions(table, { flags: {}, file: { path: 'a.json', values } }, facts)).toThrow(new UserError(message));
  });

  test('numbers are read as they are written', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (rate) => {
        expect(resolveOptions(table, { flags: { rate: String(rate) } }, facts).values.rate).toBe(rate);
      }),
    );
  });

  test('survive being saved, and a saved configuration given as a file repeats them', () => {
    const resolved = resolveOptions(table, { flags: { crop: '128' } }, facts);
    const saved = JSON.parse(JSON.stringify(savedForm(resolved)));
    expect(parseSavedForm(table, saved, 'config.json')).toEqual(resolved);
    expect(resolveOptions(table, { flags: {}, file: { path: 'config.json', values: saved } }, { cores: 8 }).values).toEqual(
      resolved.values,
    );
    delete saved.rate;
    expect(() => parseSavedForm(table, saved, 'config.json')).toThrow('config.json has no rate: another version of this program wrote it');
    expect(parseSavedForm(table, saved, 'config.json', { rate: 0.5 }).values).toEqual({ ...resolved.values, rate: 0.5 });
    expect(() => parseSavedForm(table, { ...saved, crops: 50 }, 'config.json')).toThrow('config.json has crops, which this version');
    expect(() => parseSavedForm(table, { ...saved, crop: 50 }, 'config.json')).toThrow('"crop" in config.json must be a multiple of 32');
    expect(() => parseSavedForm(table, [], 'config.json')).toThrow('config.json must be an object');
  });

  test('A resumed run keeps its options, but for those on which no result depends', () => {
    const saved = resolveOptions(table, { flags: { crop: '128' } }, facts);
    expect(resumeOptions(table, saved, { flags: { workers: '8', crop: '128' } }).values).toEqual({ ...saved.values, workers: 8 });
    expect(() => resumeOptions(table, saved, { flags: { crop: '96', rate: '0.5' } })).toThrow(
      'A resumed run keeps the options it was started with, but received --crop 96 (the run has 128), --rate 0.5 (the run has 0.128)',
    );
    expect(() => resumeOptions(table, saved, { flags: {}, file: { path: 'a.json', values: { data: 'there' } } })).toThrow('--data there');
    const halved = (key: string, wanted: { crop: number }, old: { crop: number }): boolean =>
      key === 'crop' && wanted.crop * 2 === old.crop;
    expect(resumeOptions(table, saved, { flags: { crop: '64' } }, halved).values.crop).toBe(64);
    expect(() => resumeOptions(table, saved, { flags: { crop: '32' } }, halved)).toThrow('--crop 32');
  });

  test('have flags in kebab case', () => {
    expect(flagOf('maxDistortions')).toBe('--max-distortions');
  });
});

describe('options that another one brings with it', () => {
  const implied = { by: 'the pairs in x', fixed: { crop: 64 }, defaults: { data: 'there', lossKind: 'none' } };

  test('come before defaults, and defaults follow from them', () => {
    const { values, origins } = resolveOptions(table, { flags: { data: 'here' }, implied }, facts);
    expect(values).toEqual({ crop: 64, rate: 0.064, lossKind: 'none', data: 'here', workers: 3 });
    expect(origins).toEqual({ crop: 'implied', rate: 'default', lossKind: 'implied', data: 'flag', workers: 'default' });
    expect(parseSavedForm(table, JSON.parse(JSON.stringify(savedForm({ values, origins }))), 'c.json')).toEqual({ values, origins });
  });

  test('cannot be others where they are fixed, whoever says so', () => {
    const message = '--crop is 64 for the pairs in x, but received 96. Leave it out.';
    expect(() => resolveOptions(table, { flags: { crop: '96' }, implied }, facts)).toThrow(message);
    expect(() => resolveOptions(table, { flags: {}, file: { path: 'a.json', values: { crop: 96 } }, implied }, facts)).toThrow(message);
    expect(resolveOptions(table, { flags: { crop: '64' }, implied }, facts).origins.crop).toBe('flag');
    expect(() => resolveOptions(table, { flags: {}, implied: { ...implied, fixed: { crop: 50 } } }, facts)).toThrow(
      '"crop" of the pairs in x',
    );
  });
});

describe('a file of options', () => {
  const path = join(folder, 'options.json');

  test('is read', async () => {
    await writeFile(path, '{"crop": 64}');
    expect(await readOptionFile(path)).toEqual({ path, values: { crop: 64 } });
  });

  test.each([
    ['{"crop": 64', /options\.json is not JSON: /],
    ['[64]', /options\.json must be a JSON object with options/],
    ['{"crop": 64, "rate": 1, "crop": 96}', /options\.json has the key "crop" twice/],
  ])('%s is refused', async (content, message) => {
    await writeFile(path, content);
    await expect(readOptionFile(path)).rejects.toThrow(message);
  });

  test('that does not exist or is a folder is named', async () => {
    await expect(readOptionFile(join(folder, 'none.json'))).rejects.toThrow(/Cannot read .*none\.json: it does not exist/);
    await expect(readOptionFile(folder)).rejects.toThrow(/it is a folder, not a file/);
  });
});
