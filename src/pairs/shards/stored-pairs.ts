/** A folder of shards that is complete and of one making. */
import { join } from 'node:path';
import { UserError } from '../../support/errors.js';
import { sha256Of } from '../manifest.js';
import { type IndexedShard, indexName, type PairsConfiguration, readIndexes, requireWhole } from './shard-index.js';
import { planShards } from './shard-layout.js';

export interface StoredPairs {
  readonly folder: string;
  readonly configuration: PairsConfiguration;
  /** Of the hashes of all indexes, and through them of every byte of the shards. */
  readonly sha256: string;
  /** In the order of their pairs. */
  readonly shards: readonly IndexedShard[];
}

/**
 * Opens a folder of shards. Their content is verified later, each before its first pair is handed out.
 * @throws UserError when a part, a shard or the whole is missing, or parts do not belong together.
 */
export async function openStoredPairs(folder: string): Promise<StoredPairs> {
  const indexes = await readIndexes(folder);
  const [first] = indexes;
  if (first === undefined) {
    throw new UserError(
      `there are no shards in ${folder}: it has no index.json. Make them with antonym degrade --format tar --out ${folder}`,
    );
  }
  const { configuration, part } = first.index;
  for (let number = 1; number <= part.of; number++) {
    const name = indexName({ number, of: part.of });
    const file = indexes.find(({ index }) => index.part.number === number);
    const again = part.of === 1 ? 'antonym degrade --format tar' : `antonym degrade --format tar --shard ${number}/${part.of}`;
    if (file === undefined) {
      throw new UserError(`${folder} has no ${name}: part ${number} of ${part.of} is missing. Copy it there, or make it with ${again}`);
    }
    const planned = planShards(configuration.pairs, configuration.pairsPerShard, file.index.part).length;
    const whole = file.index.shards.length;
    if (whole < planned) throw new UserError(`${file.path}: only ${whole} of ${planned} shards were made. Go on with the same ${again}`);
    for (const { file: shard, bytes } of file.index.shards) await requireWhole(join(folder, shard), bytes, name);
  }
  return {
    folder,
    configuration,
    sha256: sha256Of(Buffer.from(JSON.stringify(indexes.map(({ sha256 }) => sha256)))),
    shards: indexes.flatMap(({ index }) => index.shards),
  };
}
