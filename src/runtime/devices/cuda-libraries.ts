/** Reasons why CUDA is not available, found before ONNX Runtime is asked: it only says that a library could not be loaded. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { commandHint } from '../../support/command-hint.js';
import { libraryFolder } from '../onnxruntime/library-path.js';

/** The file that `antonym fetch-cuda` fetches: ONNX Runtime's CUDA provider. @throws UserError when ONNX Runtime is not installed. */
function cudaProvider(): string {
  return join(libraryFolder(), 'libonnxruntime_providers_cuda.so');
}

/** Paths that show an NVIDIA driver: on Linux, and in the Windows subsystem for Linux. */
const drivers = ['/proc/driver/nvidia/version', '/usr/lib/wsl/lib/libcuda.so.1'];

/** @returns why there can be no CUDA at all; undefined where there can */
export function withoutCuda(platform = `${process.platform}/${process.arch}`): string | undefined {
  if (platform === 'linux/x64') return undefined;
  return `ONNX Runtime has no CUDA provider for Node.js on ${platform}, only on linux/x64; use webgpu`;
}

/**
 * @param provider path of the provider's library
 * @returns the missing parts and how to get them; undefined if nothing is missing
 */
export async function missingForCuda(provider = cudaProvider(), platform?: string): Promise<string | undefined> {
  const never = withoutCuda(platform);
  if (never !== undefined) return never;
  if (!existsSync(provider)) return `ONNX Runtime's CUDA provider is not there. Fetch it once: ${commandHint('fetch-cuda')}`;
  let libraries: string;
  try {
    libraries = (await promisify(execFile)('ldd', [provider])).stdout;
  } catch {
    return undefined;
  }
  // ONNX Runtime's own lie beside it and are loaded before it
  const missing = [...libraries.matchAll(/(\S+) => not found/g)]
    .map(([, name]) => name!)
    .filter((name) => !name.startsWith('libonnxruntime'));
  if (missing.length > 0) {
    const sources = new Set(missing.map((name) => sourceOf(name, libraries)));
    return `${missing.join(', ')} cannot be found. Install ${[...sources].join(' and ')}, or add its folder to LD_LIBRARY_PATH`;
  }
  if (!drivers.some(existsSync)) return 'no NVIDIA driver is loaded. Install one for your GPU; nvidia-smi says whether it works';
  return undefined;
}

/**
 * The product that a library is part of, in the version that the provider was built for: ONNX Runtime's packages moved from CUDA 12 to 13.
 * @param libraries the output of ldd; of CUDA's own, some are numbered as CUDA is
 */
function sourceOf(name: string, libraries: string): string {
  if (name.startsWith('libcuda.so')) return "NVIDIA's driver";
  const version = name.includes('cudnn') ? /\.so\.(\d+)/.exec(name) : /\blib(?:cudart|cublas|cublasLt|nvrtc)\.so\.(\d+)/.exec(libraries);
  return [name.includes('cudnn') ? 'cuDNN' : 'CUDA', ...(version ? [version[1]] : [])].join(' ');
}
