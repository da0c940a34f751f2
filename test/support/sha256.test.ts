import { expect, test } from 'vitest';
import { sha256Of } from '#antonym/support/sha256.js';

test('texts are hashed as UTF-8', () => {
  // FIPS 180-2, appendix B.1
  expect(sha256Of('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(sha256Of('ä')).toBe(sha256Of(Uint8Array.of(0xc3, 0xa4)));
});
