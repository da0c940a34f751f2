/** Weights in a file or folder of any format that they are published in. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { asSentence, UserError } from '../../support/errors.js';
import { fileError } from '../../support/files/file-errors.js';
import { mistakenFile } from '../../support/files/mistaken-file.js';
import { openRegular } from '../../support/files/regular-file.js';
import { openPytorchSource } from './pytorch-source.js';
import { openSafetensorsSource } from './safetensors-source.js';
import { openShardedSource } from './sharded-source.js';
import type { TensorSource } from './tensor-source.js';

/** Names that libraries give the weights in a folder or repository, the preferred first. */
const weightFiles: readonly string[] = [
  'open_clip_model.safetensors',
  'model.safetensors',
  'model.safetensors.index.json',
  'open_clip_pytorch_model.bin',
  'pytorch_model.bin',
];

/** The same, and those that authors name by their repository: `facebook/PE-Core-B16-224` has `PE-Core-B16-224.pt`. */
export function weightFilesOf(repository: string): readonly string[] {
  const name = repository.slice(repository.lastIndexOf('/') + 1);
  return [...weightFiles, `${name}.safetensors`, `${name}.pt`, `${name}.pth`];
}

/**
 * Opens safetensors, an index of several (`*.safetensors.index.json`), PyTorch's files (`.pt`, `.pth`, `.bin`), or a folder with
 * one of them. The format follows from the content.
 * @throws UserError when there is nothing of that kind, or it is damaged.
 */
export async function openWeights(path: string): Promise<TensorSource> {
  try {
    if ((await stat(path)).isDirectory()) return await openWeights(await weightsIn(path));
    if (path.endsWith('.index.json')) return await openShardedSource(path);
    const beginning = await firstBytes(path);
    if (beginning.toString('latin1', 0, 2) === 'PK') return await openPytorchSource(path);
    if (beginning[8] === '{'.charCodeAt(0)) return await openSafetensorsSource(path);
    throw new UserError(`${path} is not a file of weights: ${asSentence(whatItIs(beginning))}`);
  } catch (error) {
    throw fileError('read', path, error);
  }
}

async function weightsIn(folder: string): Promise<string> {
  const names = await readdir(folder);
  const usual = weightFiles.find((name) => names.includes(name));
  if (usual !== undefined) return join(folder, usual);
  const files = names.filter((name) => /\.(safetensors|pt|pth)$/.test(name));
  if (files.length === 1) return join(folder, files[0]!);
  throw new UserError(
    files.length === 0
      ? `${folder} has no file of weights in it (*.safetensors, *.pt, *.pth).`
      : `${folder} has several files of weights in it: name one of ${files.sort().join(', ')}.`,
  );
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await openRegular(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function whatItIs(beginning: Buffer): string {
  const text = beginning.toString('latin1');
  // protocol 2 of pickle, then the number that PyTorch began its files with
  if (text.startsWith('\x80\x02\x8a\x0a')) return 'PyTorch before 1.6 wrote it. Load it in Python and torch.save it again';
  return mistakenFile(beginning) ?? 'it is neither safetensors nor a file that PyTorch 1.6 or newer wrote';
}
