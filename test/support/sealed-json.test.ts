import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineChain } from '#antonym/support/line-chain.js';
import { parseSealed, sealJson } from '#antonym/support/sealed-json.js';
import { damages } from './files/damages.js';

const objects = fc
  .dictionary(fc.string(), fc.jsonValue())
  .filter((value) => !Object.hasOwn(value, '__proto__') && !Object.hasOwn(value, 'checksum'));

describe('sealed JSON', () => {
  test('reads back as it was, and is the same text again', () => {
    fc.assert(
      fc.property(objects, fc.constantFrom(undefined, 1, 2), (value, space) => {
        const text = sealJson(value, space);
        expect(parseSealed(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(sealJson(parseSealed(text) as object, space)).toBe(text);
      }),
      { numRuns: 200 },
    );
  });

  test('one without checksum is taken as it is', () => {
    expect(parseSealed('{"a": [1, 2]}')).toEqual({ a: [1, 2] });
    expect(parseSealed('[1]')).toEqual([1]);
  });

  test('no flipped bit and no cut changes what is read', () => {
    const value = { text: 'a "checksum": "b" c', numbers: [1.5, -2e9, 0], nested: { deep: { checksum: 'x' } }, flag: true };
    for (const damaged of damages(Buffer.from(sealJson(value, 2)))) {
      let found: unknown;
      try {
        found = parseSealed(damaged.toString());
      } catch (error) {
        expect(error).toBeInstanceOf(SyntaxError);
        continue;
      }
      // the name of the checksum itself, of which schemas know nothing
      expect(found).toMatchObject(value);
    }
  });
});

describe('chained lines', () => {
  const rows = [{ a: 1 }, { a: 2, b: 'x' }, { a: 3 }, { a: 4 }];
  const chain = new LineChain();
  const sealed = rows.map((row) => chain.seal(row));
  const opened = (lines: readonly string[]) => {
    const reader = new LineChain();
    return lines.map((line) => reader.open(line));
  };

  test('read back as they were', () => {
    expect(opened(sealed)).toEqual(rows.map((row) => JSON.stringify(row)));
  });

  test('one that is changed, missing, moved or inserted is known', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }), (one, other) => {
        const swapped = [...sealed];
        [swapped[one], swapped[other]] = [sealed[other]!, sealed[one]!];
        expect(opened(swapped).includes(undefined)).toBe(one !== other);
        // without the last, the chain is one that was not continued
        expect(opened(sealed.filter((_, index) => index !== one)).includes(undefined)).toBe(one !== 3);
        expect(opened(sealed.toSpliced(one + 1, 0, '{"a":9}'))).toContain(undefined);
        expect(opened(sealed.with(one, sealed[one]!.replace(/\d/, '8')))).toContain(undefined);
      }),
    );
  });

  test('lines of earlier versions come before those with a checksum', () => {
    expect(opened(['{"old":1}', ...sealed])).toEqual(['{"old":1}', ...rows.map((row) => JSON.stringify(row))]);
  });
});
