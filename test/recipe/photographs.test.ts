/** The table of photographs that the model that ships is made of. */
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { photographPackages, photographs } from '#antonym/recipe/photographs.js';

test('no two photographs would be copied to the same file, and none is listed twice', () => {
  expect(new Set(photographs.map(({ file }) => basename(file))).size).toBe(photographs.length);
  expect(new Set(photographs.map(({ sha256 }) => sha256)).size).toBe(photographs.length);
});

test('every photograph and every archive of npm has a hash of full length, and npm versions are exact', () => {
  for (const { file, sha256 } of photographs) expect(sha256, file).toMatch(/^[0-9a-f]{64}$/);
  for (const { name, npm } of photographPackages) {
    if (npm === undefined) continue;
    expect(npm.version, name).toMatch(/^\d+\.\d+\.\d+$/);
    expect(Buffer.from(npm.integrity.replace(/^sha512-/, ''), 'base64'), name).toHaveLength(64);
  }
});
