/** `antonym prune`: an installed package that scores on one platform only is a quarter as large. */

import { binariesFolder } from '../runtime/onnxruntime/library-path.js';
import { pruneLibraries } from '../runtime/onnxruntime/prune-libraries.js';
import { formatBytes } from '../support/byte-size.js';
import { switched, text } from '../support/options/option-kinds.js';
import { type OptionTable, resolveOptions } from '../support/options/option-table.js';
import { printable } from '../support/printable.js';
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
  description:
    'Makes an installed package smaller before it is deployed: the package onnxruntime-node brings libraries for five platforms, of which ' +
    'a machine needs one. The others are removed from its folder; an installation of the package brings them back.',
  groups: { Options: options },
  async run(given) {
    const { platform, dryRun } = resolveOptions(options, given).values;
    const removed = await pruneLibraries(binariesFolder(), platform, dryRun);
    const total = removed.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { folder, bytes } of removed) process.stdout.write(`${formatBytes(bytes).padStart(10)}  ${printable(folder)}\n`);
    process.stderr.write(`${dryRun ? 'Would remove' : 'Removed'} ${formatBytes(total)}.\n`);
    return undefined;
  },
};
