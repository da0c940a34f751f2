/** `antonym prune`: an installed package that scores on one platform only is a quarter as large. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { binariesFolder } from '../runtime/onnxruntime/library-path.js';
import { formatBytes } from '../support/byte-size.js';
import { UserError } from '../support/errors.js';
import { fileError } from '../support/files/file-errors.js';
import { switched, text } from '../support/options/option-kinds.js';
import { type OptionTable, resolveOptions } from '../support/options/option-table.js';
import type { Command } from './command.js';

const options = {
  platform: {
    kind: text('a platform and a processor as Node.js names them, such as linux-x64'),
    placeholder: 'NAME',
    description: 'keep the libraries of this platform',
    default: { text: "this machine's", derive: () => `${process.platform}-${process.arch}` },
    details: 'For a machine that only prepares a folder for another, such as for a function in the cloud.',
  },
  dryRun: { kind: switched(), description: 'remove nothing, say what would be removed', default: false },
} satisfies OptionTable;

export const pruneCommand: Command = {
  name: 'prune',
  summary: "remove ONNX Runtime's libraries for other platforms",
  description:
    'Makes an installed package smaller before it is deployed: the package onnxruntime-node brings libraries for five platforms, of which ' +
    'a machine needs one. The others are removed from its folder; an installation of the package brings them back.',
  groups: { Options: options },
  async run(given) {
    const { platform, dryRun } = resolveOptions(options, given).values;
    const removed = await prune(binariesFolder(), platform, dryRun);
    const total = removed.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { folder, bytes } of removed) process.stdout.write(`${formatBytes(bytes).padStart(10)}  ${folder}\n`);
    process.stderr.write(`${dryRun ? 'Would remove' : 'Removed'} ${formatBytes(total)}.\n`);
    return undefined;
  },
};

interface Removed {
  readonly folder: string;
  readonly bytes: number;
}

/**
 * @param folder `<platform>/<processor>` with libraries
 * @throws UserError when it has none for the platform, and before anything is removed.
 */
async function prune(folder: string, platform: string, dryRun: boolean): Promise<Removed[]> {
  const found: { readonly name: string; readonly path: string }[] = [];
  for (const system of await readdir(folder))
    for (const processor of await readdir(join(folder, system))) {
      found.push({ name: `${system}-${processor}`, path: join(folder, system, processor) });
    }
  if (!found.some(({ name }) => name === platform)) {
    throw new UserError(`${folder} has no libraries for ${platform}, only for ${found.map(({ name }) => name).join(', ')}.`);
  }
  const removed: Removed[] = [];
  for (const { name, path } of found) {
    if (name === platform) continue;
    removed.push({ folder: path, bytes: await bytesIn(path) });
    if (dryRun) continue;
    await rm(path, { recursive: true }).catch((error) => {
      throw fileError('remove', path, error);
    });
  }
  return removed;
}

async function bytesIn(folder: string): Promise<number> {
  const sizes = (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
