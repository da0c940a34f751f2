import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseManifest } from '#antonym/pairs/manifest.js';
import { readTar } from '#antonym/support/archives/tar-archive.js';
import { randomStream } from '#antonym/support/random.js';
import { sha256Of } from '#antonym/support/sha256.js';
import { writePhotographs } from '../../pairs/folder-of-photographs.js';
import { readResult } from '../../support/files/read-result.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { antonym, program } from '../antonym.js';
import { antonymHere } from '../antonym-here.js';
import { expectRefused } from '../expect-refused.js';
import { startAntonym } from '../running-antonym.js';

const folder = await temporaryFolder();
const settings = 'degrade --format tar --data photos --crop 32 --levels 2 --held-out 1 --distortion jpeg,darken,white-noise';
/** 60 pairs in 3 shards, 3 held-out pairs in one. */
const few = [...settings.split(' '), '--count', '60', '--shard-size', '1'];
const shards = (...flags: string[]): string[] => [...few, '--workers', '2', ...flags];
/** By one worker, which begins sooner: the bytes are the same. */
const make = (...flags: string[]) => antonymHere([...few, '--workers', '1', ...flags], folder);
const refused = (flags: readonly string[], message: RegExp) => expectRefused(shards(...flags), message, folder);

beforeAll(async () => {
  await writePhotographs(join(folder, 'photos'), 5, 1);
  const { status, stdout, stderr } = await antonym(shards('--out', 'whole', '--json'), folder);
  expect(status, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ out: 'whole', shards: 4, kept: 0, pairs: { training: 60, 'held-out': 3 } });
  expect(stderr).toMatch(/^skipped .*x0\.png/m);
});

/** Digests of the files of a folder, by name. */
async function digestsOf(name: string): Promise<Record<string, string>> {
  const names = (await readdir(join(folder, name))).sort();
  return Object.fromEntries(await Promise.all(names.map(async (file) => [file, sha256Of(await readFile(join(folder, name, file)))])));
}

/** The members of all shards of a set, in order. */
async function membersOf(name: string, set = 'pairs'): Promise<[string, Buffer][]> {
  const members: [string, Buffer][] = [];
  for (const file of (await readdir(join(folder, name))).sort()) {
    if (!file.startsWith(set)) continue;
    const content = await readFile(join(folder, name, file));
    for await (const member of readTar([content] as unknown as AsyncIterable<Uint8Array>, 2 ** 20)) {
      members.push([member.name, Buffer.from(member.data)]);
    }
  }
  return members;
}

test('a shard holds samples as webdataset groups them: neighbours of one key, crops and their rows', async () => {
  for (const set of ['pairs', 'held-out']) {
    const samples = new Map<string, Map<string, Buffer>>();
    let last = '';
    for (const [name, data] of await membersOf('whole', set)) {
      // webdataset's base_plus_ext: what is before and after the first dot
      const [, key, extension] = /^([^.]+)[.]([^/]*)$/.exec(name) as unknown as [string, string, string];
      if (key !== last) expect(samples.has(key)).toBe(false);
      last = key;
      samples.set(key, (samples.get(key) ?? new Map()).set(extension, data));
    }
    expect([...samples.keys()][0]).toBe(set === 'pairs' ? '000000' : 'held-out-000000');
    expect(samples.size).toBe(set === 'pairs' ? 60 : 3);
    for (const [key, files] of samples) {
      expect([...files.keys()]).toEqual([...[0, 1, 2].flatMap((level) => [0, 1].map((crop) => `level-${level}-crop-${crop}.png`)), 'json']);
      const rows = JSON.parse(files.get('json')!.toString()) as object[];
      const parsed = parseManifest(rows.map((row) => JSON.stringify(row)).join('\n'), key);
      for (const row of parsed) expect(sha256Of(files.get(row.file.slice(key.length + 1))!)).toBe(row.fileSha256);
    }
  }
});

test('the index tells of every shard: pairs, bytes, hash; and of what could not be used', async () => {
  const index = await readResult(join(folder, 'whole', 'index.json'));
  expect(index.skipped).toEqual(['x0.png']);
  expect(index.shards.map(({ file, from, to }: Record<string, unknown>) => [file, from, to])).toEqual([
    ['pairs-000000.tar', 0, 24],
    ['pairs-000001.tar', 24, 48],
    ['pairs-000002.tar', 48, 60],
    ['held-out-000000.tar', 0, 3],
  ]);
  for (const { file, bytes, sha256 } of index.shards) {
    const content = await readFile(join(folder, 'whole', file));
    expect([content.length, createHash('sha256').update(content).digest('hex')]).toEqual([bytes, sha256]);
    expect(bytes).toBeLessThan(2 ** 20);
  }
  const names = await readdir(join(folder, 'whole'));
  expect(names.sort()).toEqual(['held-out-000000.tar', 'index.json', 'pairs-000000.tar', 'pairs-000001.tar', 'pairs-000002.tar']);
});

test('parts made in any order have together the pairs of the whole', async () => {
  for (const shard of ['3/3', '1/3', '2/3']) expect(await make('--out', 'parts', '--shard', shard)).toMatchObject({ status: 0 });
  const digests = async (name: string, set: string) => (await membersOf(name, set)).map(([member, data]) => [member, sha256Of(data)]);
  for (const set of ['pairs', 'held-out']) expect(await digests('parts', set)).toEqual(await digests('whole', set));
});

describe('interrupted', () => {
  test('by kill -9 at random moments, the same command resumes, and leaves the same bytes', async () => {
    const random = randomStream(1, 'moments');
    const files = async (): Promise<string[]> => readdir(join(folder, 'killed')).catch(() => []);
    for (const whole of [0, 1, 2]) {
      const process = startAntonym(shards('--out', 'killed'), folder);
      // a shard is being written, after `whole` others
      await process.until(async () => {
        const names = await files();
        return (
          names.filter((name) => name.endsWith('.tar')).length >= whole && names.some((name) => name.startsWith('.antonym-staging.file-'))
        );
      });
      await sleep(random.between(0, 60));
      process.kill('SIGKILL');
      await process.ended;
    }
    expect((await files()).length).toBeGreaterThan(1);
    expect(await make('--out', 'killed')).toMatchObject({ status: 0 });
    expect(await digestsOf('killed')).toEqual(await digestsOf('whole'));
  });

  test('by Ctrl-C, it says how to resume, leaves nothing half-written, and resumes with what is whole', async () => {
    const process = startAntonym(shards('--out', 'stopped'), folder);
    await process.until(() => existsSync(join(folder, 'stopped', 'pairs-000000.tar')));
    process.kill('SIGINT');
    const { code, stderr } = await process.ended;
    expect(code).toBe(130);
    expect(stderr).toContain('Repeat the command to resume.');
    expect((await readdir(join(folder, 'stopped'))).filter((name) => name.startsWith('.antonym-staging.'))).toEqual([]);
    const { status, stderr: said } = await make('--out', 'stopped');
    expect(status).toBe(0);
    expect(said).toMatch(/\((1 was|[23] were) there already\)/);
    expect(await digestsOf('stopped')).toEqual(await digestsOf('whole'));
  });

  test.skipIf(process.platform === 'win32')(
    'by a disk that takes no more, it says so, leaves nothing half-written, and resumes later',
    async () => {
      // Files of at most 64 KiB: 128 blocks of 512 bytes; a shard has more.
      const { status, stderr } = spawnSync(
        'sh',
        ['-c', 'ulimit -f 128 && exec "$0" "$@"', process.execPath, program, ...shards('--out', 'full')],
        {
          cwd: folder,
          encoding: 'utf8',
        },
      );
      expect(status).toBe(1);
      expect(stderr).toMatch(/^error: Cannot write full\/pairs-000000\.tar: it would exceed the largest file size allowed here\.$/m);
      expect(await readdir(join(folder, 'full'))).toEqual(['index.json']);
      expect(await make('--out', 'full')).toMatchObject({ status: 0 });
      expect(await digestsOf('full')).toEqual(await digestsOf('whole'));
    },
  );

  test('a command with other options is refused, and one with the same has nothing to do', async () => {
    const before = await digestsOf('whole');
    await refused(['--out', 'whole', '--seed', '2'], /whole\/index\.json describes other pairs: seed 1, not 2/);
    await refused(['--out', 'whole', '--levels', '3'], /index\.json describes other pairs: levels 2, not 3/);
    await refused(['--out', 'whole', '--shard', '1/2'], /divides the work into 1 parts, not 2/);
    expect((await make('--out', 'whole')).stderr).toContain('4 shards, 1 MiB (4 were there already)');
    expect(await digestsOf('whole')).toEqual(before);
  });

  test('a finished shard that was cut off or lost is named', async () => {
    await cp(join(folder, 'whole'), join(folder, 'cut'), { recursive: true });
    await truncate(join(folder, 'cut', 'pairs-000001.tar'), 5000);
    await refused(['--out', 'cut'], /cut\/pairs-000001\.tar has 5000 bytes, but index\.json says that it has \d+/);
    await rm(join(folder, 'cut', 'pairs-000000.tar'));
    await refused(['--out', 'cut'], /cut\/pairs-000000\.tar is missing/);
  });
});

test('wrong input is one clear line', async () => {
  await mkdir(join(folder, 'other'));
  await writeFile(join(folder, 'other', 'notes.txt'), 'mine');
  await refused(['--out', 'other'], /other already exists and is not empty/);
  await refused(['--shard', '3/2'], /--shard must be the number of a part .* but received 3\/2/);
  await expectRefused(['degrade', '--shard', '1/2'], /--shard cannot be used with degrade pairs: it is an option of degrade shards\.$/);
  await expectRefused(['degrade', '--format', 'zip'], /--format must be one of png, tar, but received zip/);
  await refused(['--data', 'procedural', '--crop', '128', '--levels', '20'], /--shard-size 1 MiB is too small/);
});

test('status says which parts are whole, begun and missing, and how to make the rest', async () => {
  expect(await antonymHere(['degrade', 'status', 'whole'], folder)).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^1 of 1 part is whole: 4 shards, /),
  });
  await cp(join(folder, 'whole'), join(folder, 'lost'), { recursive: true });
  await rm(join(folder, 'lost', 'pairs-000001.tar'));
  expect(await antonym(['degrade', '--status', 'lost'], folder)).toEqual({
    status: 2,
    stdout: expect.stringMatching(/^0 of 1 part is whole: .*\nbegun: {3}1\nagain: {3}--array=1\n$/),
    stderr: expect.stringMatching(/pairs-000001\.tar is missing, but index\.json says/),
  });
  const shard = join(folder, 'lost', 'pairs-000000.tar');
  const content = await readFile(shard);
  content[content.length >> 1]! ^= 4;
  await writeFile(shard, content);
  expect(await antonymHere(['degrade', 'status', 'lost', '--verify'], folder)).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(
      /pairs-000000\.tar is damaged: its content does not match the SHA-256 in index\.json\. Copy it again, or/,
    ),
  });
  expect(await antonymHere(['degrade', 'status', 'whole', '--verify'], folder)).toMatchObject({ status: 0 });
  const { configuration, ...index } = await readResult(join(folder, 'whole', 'index.json'));
  await mkdir(join(folder, 'begun'));
  const begun = { ...index, configuration, part: { number: 2, of: 3 }, shards: [] };
  await writeFile(join(folder, 'begun', 'index-2-of-3.json'), JSON.stringify(begun));
  const { status, stdout } = await antonymHere(['degrade', 'status', 'begun', '--json'], folder);
  expect(status).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({ parts: 3, whole: 0, begun: [2], missing: [1, 3] });
});
