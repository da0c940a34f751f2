import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { missingForCuda } from '#antonym/runtime/devices/cuda-libraries.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';

const folder = await temporaryFolder();
const linux = 'linux/x64';

describe('what is missing for CUDA', () => {
  test('on another platform is ONNX Runtime itself', async () => {
    expect(await missingForCuda(join(folder, 'provider.so'), 'darwin/arm64')).toMatch(/no CUDA provider .* on darwin\/arm64.*use webgpu/);
  });

  test('is the provider until it is fetched', async () => {
    expect(await missingForCuda(join(folder, 'provider.so'), linux)).toMatch(/not there.*npm run fetch-cuda/);
  });

  test.runIf(process.platform === 'linux' && process.arch === 'x64')(
    'are the libraries that the provider needs, and what to install',
    async () => {
      const runtime = dirname(dirname(createRequire(import.meta.url).resolve('onnxruntime-node')));
      const bytes = await readFile(join(runtime, 'bin', 'napi-v6', 'linux', 'x64', 'onnxruntime_binding.node'), 'latin1');
      const needing = async (library: string): Promise<string> => {
        const path = join(folder, `${library}.provider.so`);
        await writeFile(path, bytes.replaceAll('libonnxruntime.so.1\0', `${library}\0`.padEnd(20, '\0')), 'latin1');
        return path;
      };
      expect(await missingForCuda(await needing('libcudnn.so.9'), linux)).toBe(
        'libcudnn.so.9 cannot be found. Install cuDNN 9, or add its folder to LD_LIBRARY_PATH',
      );
      for (const version of [12, 13]) {
        expect(await missingForCuda(await needing(`libcublas.so.${version}`), linux)).toBe(
          `libcublas.so.${version} cannot be found. Install CUDA ${version}, or add its folder to LD_LIBRARY_PATH`,
        );
      }
      // numbered by itself
      expect(await missingForCuda(await needing('libcufft.so.11'), linux)).toBe(
        'libcufft.so.11 cannot be found. Install CUDA, or add its folder to LD_LIBRARY_PATH',
      );
      expect(await missingForCuda(await needing('libcuda.so.1'), linux)).toContain("Install NVIDIA's driver");
    },
  );
});
