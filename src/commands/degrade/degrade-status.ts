/** `antonym degrade status`: which parts of a folder of shards are whole, as a scheduler takes the rest. */

import { type ShardsStatus, statusOfShards } from '../../pairs/shards/shards-status.js';
import { formatBytes } from '../../support/byte-size.js';
import { counted } from '../../support/counted.js';
import { jsonLine } from '../../support/json-line.js';
import { switched } from '../../support/options/option-kinds.js';
import { type OptionTable, resolveOptions } from '../../support/options/option-table.js';
import { printable } from '../../support/printable.js';
import { startProgress } from '../../support/progress.js';
import type { Command } from '../command.js';
import { describeParts, incompleteParts } from '../describe-parts.js';
import { jsonOption } from '../shared-options.js';

const options = {
  verify: {
    kind: switched(),
    description: 'read every shard, and compare it with the SHA-256 in its index',
    default: false,
    reason: 'sizes are known at once, and training verifies each pair that it reads',
  },
  json: jsonOption,
} satisfies OptionTable;

export const statusCommand: Command = {
  name: 'degrade status',
  description:
    'Says which parts of a folder of shards are whole, begun and missing, by their indexes and the sizes of their files (with --verify, by their content). The exit code is 0 if ' +
    'all are whole, else 2.',
  operand: { placeholder: 'FOLDER', description: 'a folder of "degrade shards"' },
  groups: { Options: options },
  async run(given, [folder]) {
    const { json, verify } = resolveOptions(options, given).values;
    const status = verify ? await verified(folder!) : await statusOfShards(folder!);
    const { parts, whole, shards, bytes, faults } = status;
    for (const fault of faults) process.stderr.write(`${printable(fault)}\n`);
    process.stdout.write(json ? jsonLine(status) : describeParts(status, `${counted(shards, 'shard')}, ${formatBytes(bytes)}`));
    return whole === parts ? 0 : incompleteParts;
  },
};

async function verified(folder: string): Promise<ShardsStatus> {
  const progress = startProgress('Verifying');
  try {
    return await statusOfShards(folder, (done, total) => progress.update(done, total, 'shards'));
  } finally {
    progress.stop();
  }
}
