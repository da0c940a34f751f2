/** `antonym fetch-cuda`: ONNX Runtime's CUDA provider, which its npm package leaves to be downloaded. */

import { createRequire } from 'node:module';
import { missingForCuda, withoutCuda } from '../runtime/devices/cuda-libraries.js';
import { fetchFromNuget, type NugetPackage } from '../runtime/devices/fetch-cuda-provider.js';
import { libraryFolder } from '../runtime/onnxruntime/library-path.js';
import { formatBytes } from '../support/byte-size.js';
import { commandHint } from '../support/command-hint.js';
import { messageOf, UserError } from '../support/errors.js';
import { pathLine } from '../support/path-line.js';
import { startProgress } from '../support/progress.js';
import type { Command } from './command.js';

/** The provider, and what it shares with ONNX Runtime. */
const libraries = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'];

export const fetchCudaCommand: Command = {
  name: 'fetch-cuda',
  description:
    "Downloads ONNX Runtime's CUDA provider into the installed onnxruntime-node; repeat it after npm ci. CUDA, cuDNN and the driver are " +
    'yours to install: the command prints the versions that the provider needs.',
  groups: { Options: {} },
  async run() {
    await fetchCuda();
    return undefined;
  },
};

async function fetchCuda(): Promise<void> {
  const never = withoutCuda();
  if (never !== undefined) throw new UserError(never);
  const progress = startProgress("Fetching ONNX Runtime's CUDA provider");
  let paths: string[];
  try {
    paths = await fetchFromNuget({
      source: nugetPackage(),
      files: libraries.map((name) => `runtimes/linux-x64/native/${name}`),
      folder: libraryFolder(),
      onProgress: (done, total) => progress.update(done, total, undefined, formatBytes),
    });
  } catch (error) {
    throw new UserError(
      `Cannot fetch ONNX Runtime's CUDA provider: ${messageOf(error)}. Run the same command on a Linux x64 machine with a network ` +
        `and copy its libonnxruntime_providers_*.so to ${libraryFolder()}.`,
    );
  } finally {
    progress.stop();
  }
  const missing = await missingForCuda();
  process.stdout.write(pathLine(paths.at(-1)!));
  process.stderr.write(
    missing === undefined ? `Fetched. "${commandHint('devices')}" says how fast it is.\n` : `Fetched. What is missing: ${missing}\n`,
  );
}

/** Same as onnxruntime-node's own installation, whose script fails behind a proxy for want of a host's name in TLS (global-agent 4.1). */
function nugetPackage(): NugetPackage {
  const metadata = createRequire(import.meta.url)('onnxruntime-node/script/install-metadata.js') as {
    readonly packages: Readonly<Record<string, { readonly name: string; readonly versions: readonly { feed: string; version: string }[] }>>;
    readonly feeds: Readonly<Record<string, { readonly index: string }>>;
  };
  const { name, versions } = metadata.packages['nuget:linux/x64:cuda12']!;
  const { feed, version } = versions[0]!;
  return { index: metadata.feeds[feed]!.index, name, version };
}
