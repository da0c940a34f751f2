import { createHash } from 'node:crypto';
import { cp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import type { PairExtent } from '#antonym/pairs/shards/pair-extents.js';
import type { IndexedShard, ShardIndex } from '#antonym/pairs/shards/shard-index.js';
import { openStoredPairs, storedSequence } from '#antonym/pairs/shards/stored-pairs.js';
import type { TarMember } from '#antonym/support/archives/tar-archive.js';
import { UserError } from '#antonym/support/errors.js';
import { randomStream } from '#antonym/support/random.js';
import { parseSealed, sealJson } from '#antonym/support/sealed-json.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { changeShards, configuration, forgeBytes, forgeShard, pairAt, writeSmallShards } from './small-shards.js';

const folder = await temporaryFolder();
const original = join(folder, 'original');
beforeAll(() => writeSmallShards(original));

let copies = 0;
async function copy(): Promise<string> {
  const path = join(folder, `copy-${copies++}`);
  await cp(original, path, { recursive: true });
  return path;
}

/** As versions wrote it that did not say where pairs lie. */
async function earlier(): Promise<string> {
  const path = await copy();
  await changeShards(path, ({ pairs: _, ...shard }) => shard);
  return path;
}

describe('pairs are read', () => {
  test('as they were made, from shards of one part, of three or of an earlier version, in any order', async () => {
    const parts = join(folder, 'parts');
    for (const number of [2, 3, 1]) await writeSmallShards(parts, { number, of: 3 });
    for (const path of [original, parts, await earlier()]) {
      const pairs = await openStoredPairs(path);
      expect(pairs.configuration).toEqual(configuration);
      for (const set of ['training', 'held-out'] as const) {
        const order = randomStream(1, 'order').shuffle(Array.from({ length: configuration.pairs[set] }, (_, index) => index));
        for (const index of order) expect(await pairs.pair(set, index)).toEqual(await pairAt(set, index));
      }
    }
  });

  test('in the order of their making first, then in orders that follow from the seed, all of them every time', async () => {
    const pairs = await openStoredPairs(original);
    const sequence = async (seed: number, from: number): Promise<string[]> => {
      const source = storedSequence(pairs, seed);
      const taken = await Promise.all(Array.from({ length: 30 - from }, (_, place) => source.pair(from + place)));
      return taken.map(({ record }) => JSON.stringify(record));
    };
    const whole = await sequence(1, 0);
    const made = await Promise.all(Array.from({ length: 10 }, (_, index) => pairAt('training', index)));
    expect(whole.slice(0, 10)).toEqual(made.map((pair) => JSON.stringify(pair!.record)));
    for (const visit of [1, 2]) {
      const seen = whole.slice(visit * 10, visit * 10 + 10);
      expect(seen).not.toEqual(whole.slice(visit * 10 - 10, visit * 10));
      expect([...seen].sort()).toEqual(whole.slice(0, 10).sort());
    }
    expect(await sequence(1, 17)).toEqual(whole.slice(17));
    expect(await sequence(2, 10)).not.toEqual(whole.slice(10));
  });
});

describe('a folder is refused', () => {
  const refusal = async (path: string): Promise<string> => {
    const error = await openStoredPairs(path).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  };

  test('without an index, a part, a shard', async () => {
    expect(await refusal(join(folder, 'nowhere'))).toMatch(/There are no shards in .*nowhere: it has no index\.json/);
    const parts = join(folder, 'two-of-three');
    for (const number of [1, 3]) await writeSmallShards(parts, { number, of: 3 });
    expect(await refusal(parts)).toMatch(/has no index-2-of-3\.json: part 2 of 3 is missing. .* --shard 2\/3\.$/);
    const lost = await copy();
    await rm(join(lost, 'held-out-000000.tar'));
    expect(await refusal(lost)).toMatch(/held-out-000000\.tar is missing, but index\.json says that it has \d+/);
  });

  test('that is not finished, was cut off, or was edited', async () => {
    const change = async (edit: (index: ShardIndex) => object): Promise<string> => {
      const path = await copy();
      const index = parseSealed(await readFile(join(path, 'index.json'), 'utf8')) as ShardIndex;
      await writeFile(join(path, 'index.json'), sealJson(edit(index)));
      return refusal(path);
    };
    expect(await change((index) => ({ ...index, shards: index.shards.slice(0, 2) }))).toMatch(/only 2 of 4 shards were made\. Resume with/);
    expect(await change((index) => ({ ...index, shards: index.shards.slice(1) }))).toMatch(/no place for the shard "pairs-000001.tar"/);
    expect(await change((index) => ({ ...index, shards: [{ ...index.shards[0], file: '../../x.tar' }] }))).toMatch(/no place for .*x\.tar/);
    expect(await change((index) => ({ ...index, format: 'antonym-pairs-2' }))).toMatch(/is not an index of shards of this version: format/);
    expect(await change(({ configuration: { crop: _, ...rest }, ...index }) => ({ ...index, configuration: rest }))).toMatch(/crop/);
    const cut = await copy();
    await truncate(join(cut, 'pairs-000001.tar'), 1000);
    expect(await refusal(cut)).toMatch(/pairs-000001\.tar has 1000 bytes, but index\.json says/);
    const half = await copy();
    await truncate(join(half, 'index.json'), 500);
    expect(await refusal(half)).toMatch(/index\.json is damaged/);
  });

  test('whose parts do not belong together', async () => {
    const mixed = join(folder, 'mixed');
    await writeSmallShards(mixed, { number: 1, of: 2 });
    const other = join(folder, 'other');
    await writeSmallShards(other, { number: 2, of: 2 }, { seed: 6 });
    await cp(join(other, 'index-2-of-2.json'), join(mixed, 'index-2-of-2.json'));
    expect(await refusal(mixed)).toMatch(/index-1-of-2\.json and .*index-2-of-2\.json do not belong together: seed 5, not 6/);
    await cp(join(original, 'index.json'), join(mixed, 'index.json'));
    expect(await refusal(mixed)).toMatch(/divide the work differently, into (1 and 2|2 and 1) parts/);
    const misnamed = await copy();
    await rename(join(misnamed, 'index.json'), join(misnamed, 'index-1-of-2.json'));
    expect(await refusal(misnamed)).toMatch(/index-1-of-2\.json is misnamed: it belongs to part 1 of 1/);
  });
});

describe('a shard is refused when a pair of it is first asked for', () => {
  const read = async (path: string, index = 1): Promise<unknown> => (await openStoredPairs(path)).pair('training', index);

  const anyBits = async (path: string, expectRead: (bit: number) => Promise<void>): Promise<void> => {
    const random = randomStream(1, 'bits');
    const content = await readFile(join(original, 'pairs-000000.tar'));
    for (let attempt = 0; attempt < 40; attempt++) {
      const changed = Buffer.from(content);
      const at = random.integer(changed.length);
      changed[at]! ^= 1 << random.integer(8);
      await writeFile(join(path, 'pairs-000000.tar'), changed);
      await expectRead(at);
    }
    // pairs of other shards are not concerned
    await expect(read(path, 4)).resolves.toEqual(await pairAt('training', 4));
  };

  test('when any bit of the pair was changed, and none of what is not read', async () => {
    const path = await copy();
    const [{ pairs }] = (parseSealed(await readFile(join(path, 'index.json'), 'utf8')) as ShardIndex).shards as [IndexedShard];
    const [own, expected] = [pairs![1]!, await pairAt('training', 1)];
    let refused = 0;
    await anyBits(path, async (at) => {
      if (at < own.start || at >= own.start + own.bytes) return expect(read(path)).resolves.toEqual(expected);
      refused++;
      return expect(read(path)).rejects.toThrow(
        /pairs-000000\.tar is damaged: its pair 000001 cannot be used: its content does not match the SHA-256 in its index\. Copy it again/,
      );
    });
    expect(refused).toBeGreaterThan(0);
  });

  test('when any bit of the shard was changed, where the index does not say where pairs lie', async () => {
    const path = await earlier();
    await anyBits(path, () =>
      expect(read(path)).rejects.toThrow(/pairs-000000\.tar is damaged: its content does not match the SHA-256 in its index/),
    );
  });

  test('when the index gives the place of another pair, or places that cannot be', async () => {
    const change = async (edit: (pairs: PairExtent[], shard: IndexedShard) => readonly (PairExtent | null)[]): Promise<string> => {
      const path = await copy();
      await changeShards(path, (shard) => ({ ...shard, pairs: edit(shard.pairs as PairExtent[], shard) }));
      return path;
    };
    const digests = await change((pairs) => pairs.map((pair, index) => pair && { ...pair, sha256: (pairs[index - 1] ?? pair).sha256 }));
    await expect(read(digests)).rejects.toThrow(/its pair 000001 cannot be used: its content does not match the SHA-256 in its index/);
    // a fitting hash of the last member of the pair before, and of the pair itself
    const content = await readFile(join(original, 'pairs-000000.tar'));
    const moved = await change(([first, second, ...rest], { file }) => {
      if (file !== 'pairs-000000.tar') return [first!, second!, ...rest];
      const start = content.indexOf('000000.json');
      const bytes = first!.bytes - start + second!.bytes;
      const sha256 = createHash('sha256')
        .update(content.subarray(start, start + bytes))
        .digest('hex');
      return [{ ...first!, bytes: start }, { start, bytes, sha256 }, ...rest];
    });
    await expect(read(moved)).rejects.toThrow(/its pair 000001 cannot be used: the member "000000\.json" has no place in it/);
    for (const edit of [
      (pairs: PairExtent[]) => pairs.slice(1),
      (pairs: PairExtent[]) => pairs.with(0, { ...pairs[0]!, start: 512 }),
      (pairs: PairExtent[]) => pairs.with(-1, { ...pairs.at(-1)!, bytes: 2 ** 40 }),
      (pairs: PairExtent[]) => [null, ...pairs.slice(1)],
    ])
      await expect(change(edit).then(read)).rejects.toThrow(
        /index\.json is damaged: the places of the pairs in pairs-000000\.tar cannot be right\.$/,
      );
  });

  test('when it holds anything but its pairs, even with a fitting hash', async () => {
    const json = (member: TarMember): string => Buffer.from(member.data).toString();
    const renamed = (name: string) => (members: TarMember[]) => members.with(3, { ...members[3]!, name });
    const png = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const others = await sharp({ create: { width: 32, height: 32, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const cases: [(members: TarMember[]) => TarMember[], RegExp][] = [
      [(members) => members.toSpliced(2, 1), /the member "000000\.level-1-crop-1\.png" has no place in it/],
      [(members) => members.toSpliced(7, 7), /"000002\.level-0-crop-0\.png" has no place in it/],
      [(members) => members.slice(0, -1), /its last pair has no json/],
      [(members) => members.slice(0, 7), /it has 1 pair, not 4/],
      [(members) => [...members, ...members.slice(0, 7)], /has no place in it/],
      [renamed('../../../etc/passwd'), /the member "\.\.\/\.\.\/\.\.\/etc\/passwd" has no place in it/],
      [(members) => members.with(3, { ...members[3]!, data: new Uint8Array(2 ** 20 + 1) }), /has 1048577 bytes, more than 1048576/],
      [(members) => members.with(10, { ...members[10]!, data: png }), /its pair 000001 cannot be used/],
      [(members) => members.with(10, { ...members[10]!, data: others }), /the pixels of crop 3 are not those of its row/],
      [(members) => members.with(13, { ...members[13]!, data: Buffer.from('[]') }), /does not have a row for each of 6 crops/],
      [(members) => members.with(13, { ...members[13]!, data: Buffer.from('{}') }), /does not have a row for each/],
      [(members) => members.with(13, { ...members[13]!, data: Buffer.from('{') }), /its pair 000001 cannot be used/],
      [(members) => members.with(13, { ...members[13]!, data: members[6]!.data }), /row 0 does not describe the crop at its place/],
      [
        (members) => members.with(13, { ...members[13]!, data: Buffer.from(json(members[13]!).replaceAll('"width":32', '"width":64')) }),
        /row 0: the two crops differ in size|row 0 does not describe/,
      ],
    ];
    for (const [change, message] of cases) {
      const path = await copy();
      await forgeShard(path, 'pairs-000000.tar', change);
      await expect(read(path), String(message)).rejects.toThrow(message);
      await expect(read(path)).rejects.toThrow(UserError);
      await expect(read(path)).rejects.toThrow(join(path, 'pairs-000000.tar is damaged: '));
    }
    const path = await copy();
    await forgeBytes(path, 'pairs-000000.tar', Buffer.alloc(5000, 7));
    await expect(read(path)).rejects.toThrow(/pairs-000000\.tar is damaged: it is not a shard of these pairs/);
  });
});
