/** The devices of a machine, listed and used by the real commands. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { renderProcedural } from '#antonym/datasets/procedural.js';
import { rendered } from '../pairs/folder-of-photographs.js';
import { needsSwiftShader, useSwiftShader } from '../runtime/swiftshader.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { antonym } from './antonym.js';
import { antonymHere } from './antonym-here.js';
import { expectRefused } from './expect-refused.js';
import { writeRandomModel } from './random-model.js';

const folder = await temporaryFolder();

async function scores(...flags: string[]): Promise<number[]> {
  const { stdout } = await antonymHere(['score', 'a.png', 'b.png', '--model', 'model.onnx', '--json', ...flags], folder);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).score);
}

beforeAll(async () => {
  await writeRandomModel(folder);
  for (const [name, index, width, height] of [
    ['a.png', 1, 64, 48],
    ['b.png', 2, 48, 80],
  ] as const) {
    const { data } = renderProcedural(rendered(index, width, height));
    await sharp(data, { raw: { width, height, channels: 3 } }).toFile(join(folder, name));
  }
});

afterEach(() => vi.unstubAllEnvs());

test('devices lists what there is and how to get the rest', async () => {
  const { status, stdout } = await antonym(['devices', '--json'], folder);
  expect(status).toBe(0);
  const { devices, engines } = JSON.parse(stdout);
  expect(devices.map(({ name }: { name: string }) => name)).toEqual(['cpu', 'webgpu', 'cuda']);
  expect(devices[0]).toMatchObject({ available: true, remark: expect.stringContaining('GFLOP/s') });
  expect(devices[1].available || devices[1].remark.includes('WebGPU is not available')).toBe(true);
  expect(engines.map(({ name }: { name: string }) => name)).toEqual(['onnxruntime', 'tensorflow']);
});

test('a device that is not there is an error with what to do, before anything is made', async () => {
  const unknown = '--device must be one of cpu, webgpu, cuda, auto, but received gpu';
  await expectRefused(['score', 'a.png', '--model', 'model.onnx', '--device', 'gpu'], unknown, folder);
  const noGpu = { VK_DRIVER_FILES: '/nowhere.json', VK_ICD_FILENAMES: '/nowhere.json' };
  const trained = await antonym(['train', '--device', 'webgpu', '--run', 'model'], folder, noGpu);
  if (process.platform !== 'linux') return;
  expect([trained.status, trained.stdout]).toEqual([1, '']);
  expect(trained.stderr).toMatch(/error: WebGPU is not available: .*Vulkan/);
  expect(existsSync(join(folder, 'runs'))).toBe(false);
});

test.runIf(useSwiftShader())(
  `a GPU without half precision is said to be one, and refused for mixed precision ${needsSwiftShader}`,
  async () => {
    const { stdout } = await antonymHere(['devices'], folder);
    expect(stdout).toMatch(/--device webgpu +available .*GFLOP\/s, has no half precision/);
    const refusal = /^The GPU, or its driver, does not compute in half precision .*--precision fp32/;
    await expectRefused(['train', '--device', 'webgpu', '--precision', 'mixed'], refusal, folder);
    expect(existsSync(join(folder, 'runs'))).toBe(false);
  },
);

test.runIf(useSwiftShader())(`score with WebGPU gives the scores of the processor ${needsSwiftShader}`, async () => {
  const [expected, found] = [await scores(), await scores('--device', 'webgpu')];
  for (const [index, score] of expected.entries()) expect(Math.abs(found[index]! - score)).toBeLessThan(1e-4);
  expect(expected[0]).not.toBe(expected[1]);
});

test.runIf(process.platform === 'linux' && process.arch === 'x64')(
  'fetch-cuda asks the proxy that HTTPS_PROXY names, and says what to do where it cannot fetch',
  async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:9');
    await expectRefused(
      ['fetch-cuda'],
      /^Cannot fetch ONNX Runtime's CUDA provider: .* it refused the connection \(ECONNREFUSED\); the environment names the proxy 127\.0\.0\.1:9\. .*copy its libonnxruntime/,
      folder,
    );
  },
);
