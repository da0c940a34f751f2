/** `antonym fetch-cuda`: ONNX Runtime's CUDA provider, which its npm package leaves to be downloaded. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { cudaProvider, missingForCuda, withoutCuda } from '../runtime/devices/cuda-libraries.js';
import { UserError } from '../support/errors.js';

export function addFetchCudaCommand(program: Command): void {
  program
    .command('fetch-cuda')
    .summary("fetch what --device cuda needs: ONNX Runtime's CUDA provider")
    .description(
      "Downloads ONNX Runtime's CUDA provider into the installed onnxruntime-node: again after npm ci. CUDA, cuDNN and the driver are yours " +
        'to install; which versions the provider needs is said when it is there.',
    )
    .action(fetchCuda);
}

async function fetchCuda(): Promise<void> {
  const never = withoutCuda();
  if (never !== undefined) throw new UserError(never);
  const script = createRequire(import.meta.url).resolve('onnxruntime-node/script/install.js');
  const child = spawn(process.execPath, [script], {
    stdio: ['ignore', process.stderr, 'pipe'],
    // asked for a version such as cuda12, the script of 1.30 takes npm run for an installation of its own source, and ends well without a word
    env: { ...proxyVariables(process.env), ...process.env, ONNXRUNTIME_NODE_INSTALL: 'true' },
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0 || !existsSync(cudaProvider)) {
    const reason = /^Error: (.+)$/m.exec(said)?.[1] ?? (said.trim().split('\n').at(-1) || 'its script has left none');
    throw new UserError(
      `cannot fetch ONNX Runtime's CUDA provider: ${reason}. Run the same command on a Linux x64 machine with a network ` +
        `and copy its libonnxruntime_providers_*.so to ${dirname(cudaProvider)}`,
    );
  }
  const missing = await missingForCuda();
  process.stdout.write(`${cudaProvider}\n`);
  process.stderr.write(missing === undefined ? 'Fetched. npm run devices says how fast it is\n' : `Fetched. What is missing: ${missing}\n`);
}

/** The script knows proxies by names of its own only. */
function proxyVariables({ HTTPS_PROXY, https_proxy, NO_PROXY, no_proxy }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { GLOBAL_AGENT_HTTPS_PROXY: HTTPS_PROXY ?? https_proxy, GLOBAL_AGENT_NO_PROXY: NO_PROXY ?? no_proxy };
}
