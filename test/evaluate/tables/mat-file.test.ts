import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMatFile, readMatFile } from '#antonym/evaluate/tables/mat-file.js';
import { UserError } from '#antonym/support/errors.js';

const published = (path: string) => fileURLToPath(new URL(`../golden/benchmarks/${path}`, import.meta.url));
const parse = (bytes: Buffer) => parseMatFile(bytes, 'file.mat');

/** A data element: MathWorks, "MAT-File Format", 2019, page 1-8. */
function element(type: number, data: Buffer): Buffer {
  const tag = Buffer.alloc(8);
  tag.writeUInt32LE(type, 0);
  tag.writeUInt32LE(data.length, 4);
  return Buffer.concat([tag, data, Buffer.alloc(type === 15 ? 0 : (8 - (data.length % 8)) % 8)]);
}

/** A numeric array of doubles, or of bytes. */
function variable(given: { name: string; values: number[]; flags?: number; sizes?: number[]; bytes?: Buffer }): Buffer {
  const { name, values, flags = 6, sizes = [1, values.length], bytes } = given;
  const words = Buffer.alloc(8);
  words.writeUInt32LE(flags, 0);
  const lengths = Buffer.from(new Int32Array(sizes).buffer);
  const numbers = bytes ? element(2, bytes) : element(9, Buffer.from(new Float64Array(values).buffer));
  return element(14, Buffer.concat([element(6, words), element(5, lengths), element(1, Buffer.from(name)), numbers]));
}

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

  test('with two variables of a name, imaginary parts, negative sizes or too many numbers is refused', async () => {
    const header = (await readFile(published('kinds.mat'))).subarray(0, 128);
    const file = (...variables: Buffer[]) => parse(Buffer.concat([header, ...variables]));
    const one = variable({ name: 'dmos', values: [1, 2, 3] });
    expect(file(one)).toEqual(new Map([['dmos', [1, 2, 3]]]));
    expect(() => file(one, one)).toThrow(/it has two variables "dmos"\.$/);
    expect(() => file(variable({ name: 'dmos', values: [1, 2, 3], flags: 0x0806 }))).toThrow(/"dmos" has imaginary parts\.$/);
    expect(() => file(variable({ name: 'dmos', values: [1, 2, 3], sizes: [-1, -3] }))).toThrow(/an array has the size -1 x -3\.$/);
    const many = variable({ name: 'x', values: new Array(1000).fill(0), bytes: Buffer.alloc(2 ** 23 - 2 ** 10) });
    expect(() => file(many)).toThrow(/more than 5000000 values/);
    const packed = deflateSync(variable({ name: 'x', values: [1] }));
    expect(file(element(15, packed))).toEqual(new Map([['x', [1]]]));
    const half = element(15, deflateSync(Buffer.concat([element(1, Buffer.alloc(2 ** 25))])));
    expect(() => file(half, half, half)).toThrow(/file\.mat is damaged: [^\n]+$/);
  });

  test('of version 7.3, or no such file, says so', () => {
    expect(() => parse(Buffer.from('\u0089HDF\r\n\u001a\n', 'latin1'))).toThrow(/of version 7\.3, which is not read: save it with/);
    const saved = Buffer.concat([Buffer.alloc(512), Buffer.from('\u0089HDF\r\n\u001a\n', 'latin1')]);
    expect(() => parse(saved)).toThrow(/of version 7\.3/);
    expect(() => parse(Buffer.from('image,mos\na.png,1\n'))).toThrow(/file\.mat is not a MATLAB file of version 5 to 7\.2\.$/);
  });
});
