/** The same training step in PyTorch, in a process beside this one. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { BatchLayout } from '#antonym/losses/levels.js';
import { UserError } from '#antonym/support/errors.js';

/** The backbones whose steps are there, and their scripts. */
const scripts: Readonly<Record<string, string>> = { 'clip-rn50': 'clip_rn50_step.py', 'clip-vit-b-32': 'clip_vit_step.py' };

export interface PyTorchFacts {
  /** Version of PyTorch. */
  readonly torch: string;
  readonly parameters: number;
  readonly crops: number;
}

export interface PyTorchStep {
  readonly milliseconds: number;
  /** Of its process so far. */
  readonly peakMemoryMiB: number;
}

/** Steps of PyTorch, one when asked; between them its process sleeps. */
export interface PyTorchSteps {
  readonly facts: PyTorchFacts;
  step(): Promise<PyTorchStep>;
  /** Settles when its process has ended and has left the card. */
  close(): Promise<void>;
}

export type Precision = 'fp32' | 'tf32' | 'bf16';

export interface PyTorchOptions {
  /** On the CPU. */
  readonly threads?: number;
  /** Default: cpu. */
  readonly device?: 'cpu' | 'cuda';
  /** Default: fp32. */
  readonly precision?: Precision;
  /** The interpreter that has PyTorch. */
  readonly python?: string;
}

/** Debian's. */
export const defaultPython = '/usr/bin/python3';

/**
 * Starts PyTorch.
 * @throws UserError when the backbone has no such step, or where PyTorch is missing.
 */
export async function startPyTorch(backbone: string, layout: BatchLayout, side: number, options: PyTorchOptions): Promise<PyTorchSteps> {
  const script = scripts[backbone];
  if (script === undefined) throw new UserError(`--vs pytorch can be used with ${Object.keys(scripts).join(', ')}, not with ${backbone}`);
  const path = fileURLToPath(new URL(`../../bench/python/${script}`, import.meta.url));
  const { python = defaultPython, threads = 2, device = 'cpu', precision = 'fp32' } = options;
  const sizes = { photographs: layout.photographs, levels: layout.levels, side, threads, device, precision };
  const process = spawn(python, [path, ...Object.entries(sizes).flatMap(([name, value]) => [`--${name}`, String(value)])]);
  let said = '';
  process.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  process.stdin.on('error', () => {});
  const ended = new Promise<never>((_, reject) => {
    const fail = (): void => reject(notThere(said.trim().split('\n').at(-1) || `no ${python}`));
    process.on('error', fail);
    process.on('close', fail);
  });
  ended.catch(() => {});
  const lines = createInterface(process.stdout)[Symbol.asyncIterator]();
  const next = async <Reply>(): Promise<Reply> => {
    const { value, done } = await Promise.race([lines.next(), ended]);
    return done ? ended : (JSON.parse(value) as Reply);
  };
  return {
    facts: await next<PyTorchFacts>(),
    step() {
      process.stdin.write('\n');
      return next<PyTorchStep>();
    },
    async close() {
      process.stdin.end();
      await ended.catch(() => {});
    },
  };
}

function notThere(reason: string): UserError {
  return new UserError(
    `--vs pytorch needs Debian's packages python3-torch and libopenblas0-pthread, or another Python with PyTorch (--python): ${reason}`,
  );
}
