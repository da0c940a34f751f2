import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMatFile, readMatFile } from '#antonym/evaluate/tables/mat-file.js';
import { UserError } from '#antonym/support/errors.js';

const published = (path: string) => fileURLToPath(new URL(`../golden/benchmarks/${path}`, import.meta.url));
const parse = (bytes: Buffer) => parseMatFile(bytes, 'file.mat');

describe('a MATLAB file', () => {
  test('has its numbers, texts and lists, column by column', async () => {
    expect(Object.fromEntries(await readMatFile(published('kinds.mat')))).toEqual({
      whole: [-3, 70000],
      single: [0.5, 1.5],
      truth: [1, 0],
      text: 'a name',
      nested: [['x', 'yz'], [2]],
      nothing: [],
    });
  });

  test('that is cut off or altered anywhere is read or is one line', async () => {
    for (const name of ['kinds.mat', 'clive/Data/AllImages_release.mat', 'live/dmos.mat']) {
      const whole = await readFile(published(name));
      fc.assert(
        fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), (at, value, cut) => {
          const bytes = cut ? whole.subarray(0, at) : Buffer.from(whole).fill(value, at, at + 1);
          try {
            parse(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(UserError);
            expect((error as Error).message).not.toContain('\n');
          }
        }),
        { numRuns: 300 },
      );
    }
  });

  test('that would be much larger than its size says is refused', async () => {
    const header = (await readFile(published('kinds.mat'))).subarray(0, 128);
    const bomb = deflateSync(Buffer.alloc(2 ** 27));
    const tag = Buffer.alloc(8);
    tag.writeUInt32LE(15, 0);
    tag.writeUInt32LE(bomb.length, 4);
    expect(() => parse(Buffer.concat([header, tag, bomb]))).toThrow(/file\.mat is damaged: [^\n]+$/);
  });

  test('of version 7.3, or no such file, says so', () => {
    expect(() => parse(Buffer.from('\u0089HDF\r\n\u001a\n', 'latin1'))).toThrow(/of version 7\.3, which is not read: save it with/);
    expect(() => parse(Buffer.from('image,mos\na.png,1\n'))).toThrow(/file\.mat is not a MATLAB file of version 5 to 7\.2\.$/);
  });
});
