import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findDuplicateKey } from '#antonym/support/options/json-duplicate-key.js';

describe('duplicate keys of JSON', () => {
  test('what JSON.stringify writes has none', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(findDuplicateKey(json)).toBeUndefined();
        expect(findDuplicateKey(JSON.stringify(JSON.parse(json), null, 2))).toBeUndefined();
      }),
    );
  });

  test('a key that is written twice is found, whatever stands around it', () => {
    fc.assert(
      fc.property(fc.string(), fc.json(), fc.json(), (key, first, second) => {
        const json = `[{"x":${first},${JSON.stringify(`_${key}`)} : ${second}, ${JSON.stringify(`_${key}`)}:1}]`;
        expect(findDuplicateKey(json)).toBe(`_${key}`);
      }),
    );
  });

  test.each([
    ['{"a":{"a":1},"b":[{"a":1},{"a":2}]}', undefined],
    ['["a","a",{"b":"b"}]', undefined],
    ['{"a":"a","b":"\\"a\\":"}', undefined],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ])('%s', (json, duplicate) => {
    expect(findDuplicateKey(json)).toBe(duplicate);
  });
});
