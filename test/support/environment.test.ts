import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { describeEnvironment } from '#antonym/support/environment.js';

test('the environment names the versions that really run', async () => {
  const environment = await describeEnvironment();
  const { version, dependencies, optionalDependencies } = createRequire(import.meta.url)('../../package.json');
  expect(environment.antonym).toBe(version);
  expect(environment.packages).toEqual({ 'onnxruntime-node': optionalDependencies['onnxruntime-node'], sharp: dependencies.sharp });
  expect(environment.node).toBe(process.versions.node);
  expect(environment.cores).toBeGreaterThanOrEqual(1);
  expect(environment.memoryGiB).toBeGreaterThan(0);
  if (environment.commit !== undefined) expect(environment.commit).toMatch(/^[0-9a-f]{40}$/);
});
