/** `npm run bench -- prove`: our graphs beside PyTorch's, at published size, with random weights. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBackbone } from '#antonym/backbones/registry.js';
import { UserError } from '#antonym/support/errors.js';
import { describe, type Finding } from './proof-finding.js';
import { proveClip } from './prove-clip.js';
import { proveFamily } from './prove-family.js';
import { timmModelOf } from './pytorch-step.js';

interface Flags {
  readonly backbone: string;
  readonly folder?: string;
  readonly python?: string;
  readonly json?: true;
}

/** The program that computes the expected values of a backbone, and the one that compares ours with them. */
interface Proof {
  /** A script of bench/python and its flags. */
  readonly script: readonly string[];
  /** Module that the script needs beside NumPy. */
  readonly needs: 'torch' | 'timm, transformers';
  readonly compare: (backbone: string, folder: string) => Promise<readonly Finding[]>;
}

export async function benchProve({ backbone, folder: given, python, json }: Flags): Promise<void> {
  const proof = proofOf(backbone);
  const folder = given ?? (await mkdtemp(join(tmpdir(), 'antonym-proof-')));
  try {
    if (given === undefined) await compute(proof, folder, python);
    const findings = await proof.compare(backbone, folder);
    if (json) process.stdout.write(`${JSON.stringify({ backbone, findings })}\n`);
    else for (const finding of findings) process.stdout.write(`${describe(finding)}\n`);
    if (findings.some(({ error, limit }) => !(error <= limit))) process.exitCode = 1;
  } finally {
    if (given === undefined) await rm(folder, { recursive: true });
  }
}

function proofOf(name: string): Proof {
  const timm = timmModelOf(name);
  if (timm === undefined) return { script: ['clip_proof.py', '--backbone', name], needs: 'torch', compare: proveClip };
  const side = /^(dino|resnet)/.test(name) ? 224 : findBackbone(name).trainedSide!;
  return { script: ['family_proof.py', '--model', timm, '--side', String(side)], needs: 'timm, transformers', compare: proveFamily };
}

async function compute({ script, needs }: Proof, folder: string, given?: string): Promise<void> {
  const [file, ...flags] = script;
  process.stderr.write('PyTorch computes what is expected: a minute or two\n');
  // a python3 of one's own may be the first on the path, but have no PyTorch
  const python = [...(given === undefined ? ['python3', '/usr/bin/python3'] : [given])].find(
    (name) => spawnSync(name, ['-c', `import ${needs}`]).status === 0,
  );
  if (python === undefined) {
    throw new UserError(
      `bench/python/${file} needs a Python with ${needs === 'torch' ? "PyTorch (Debian's package python3-torch)" : 'timm and transformers'}: name one by --python.`,
    );
  }
  const path = fileURLToPath(new URL(`../../bench/python/${file}`, import.meta.url));
  const child = spawn(python, [path, ...flags, '--folder', folder], { stdio: ['ignore', 2, 2] });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new UserError(`bench/python/${file} failed.`);
}
