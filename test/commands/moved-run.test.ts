/** Runs that are resumed where their photographs have moved, and runs that start from others. */
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { RunImages } from '#antonym/runs/run-images.js';
import { writePhotographs } from '../pairs/folder-of-photographs.js';
import { readResult } from '../support/files/read-result.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import type { Outcome } from './antonym.js';
import { antonymHere } from './antonym-here.js';
import { expectRefused } from './expect-refused.js';

const small = '--crop 32 --batch-size 2 --levels 2 --workers 1 --held-out 2 --distortion jpeg,noise --degradations off'.split(' ');
vi.stubEnv('XDG_CACHE_HOME', await temporaryFolder());
afterAll(() => vi.unstubAllEnvs());
const work = await temporaryFolder();
const photographs = join(work, 'photographs');

const train = (args: readonly string[]): Promise<Outcome> => antonymHere(['train', ...args], work);
const imagesOf = (run: string): Promise<RunImages> => readResult(join(work, 'runs', run, 'images.json'));
const heldOut = ({ images }: RunImages): (string | undefined)[] =>
  images.flatMap(({ set, sha256 }) => (set === 'held-out' ? [sha256] : []));
const trained = ({ images }: RunImages): (string | undefined)[] =>
  images.flatMap(({ set, sha256 }) => (set === 'training' ? [sha256] : []));

beforeAll(async () => {
  await writePhotographs(photographs, 8);
  const { status, stderr } = await train(['--data', photographs, '--steps', '2', '--run', 'first', ...small]);
  expect(status, stderr).toBe(0);
});

test('a run finds the same photographs elsewhere, under other names and beside others, and notices changed and missing ones', async () => {
  const moved = join(work, 'moved');
  await mkdir(join(moved, 'deep'), { recursive: true });
  const names = await readdir(photographs);
  for (const [index, name] of names.entries())
    await copyFile(join(photographs, name), join(moved, index % 2 === 0 ? name : join('deep', `other ${index}.png`)));
  const others = await writePhotographs(join(work, 'others'), 9);
  await copyFile(others.at(-1)!.path, join(moved, 'added.png'));

  const config = await readResult(join(work, 'runs', 'first', 'config.json'));
  const resumed = await train(['--resume', 'first', '--data', moved]);
  expect(resumed.status, resumed.stderr).toBe(0);
  expect(resumed.stderr).toContain('1 of 9 images was added since the run was started: it is left out');
  // the place is kept for the next time
  expect(await readResult(join(work, 'runs', 'first', 'config.json'))).toEqual({
    ...config,
    data: moved,
    origins: { ...config.origins, data: 'flag' },
  });

  const away = join(work, 'away.png');
  await rename(join(moved, names[0]!), away);
  await copyFile(join(moved, names[2]!), join(moved, 'copy.png'));
  await writeFile(join(moved, names[2]!), await readFile(join(moved, 'added.png')));
  const missing = `The images of moved are not those that the run was started with: ${names[0]} is not there under any name.`;
  await expectRefused(['train', '--resume', 'first'], missing, work);
  await copyFile(away, join(moved, 'back.png'));
  await rm(join(moved, 'copy.png'));
  await expectRefused(['train', '--resume', 'first'], `${names[2]} has changed since.`, work);
});

test('a run that starts from another never measures on what that was trained on, over whole chains', async () => {
  const first = await imagesOf('first');
  let before = 'first';
  for (const [seed, count] of [
    ['2', '1'],
    ['3', '4'],
  ] as const) {
    const run = `after-${before}`;
    const { status, stderr, stdout } = await train([
      ...['--data', photographs, '--init', before, '--seed', seed, '--steps', '1', '--run', run, ...small, '--held-out', count],
    ]);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('that training never saw');
    const images = await imagesOf(run);
    for (const digest of heldOut(images)) expect(heldOut(first)).toContain(digest);
    before = run;
  }
  const last = await imagesOf(before);
  // the second run trained on one of the two that the first held out
  expect(heldOut(last)).toHaveLength(1);
  expect(new Set(last.before.training)).toEqual(new Set([...trained(first), ...trained(await imagesOf('after-first'))]));
});

test('a run whose images are not recorded makes no claim on what training never saw', async () => {
  await rm(join(work, 'runs', 'after-first', 'images.json'));
  const { status, stderr, stdout } = await train([
    ...['--data', photographs, '--init', 'after-first', '--steps', '1', '--run', 'unsure', ...small],
  ]);
  expect(status, stderr).toBe(0);
  expect(stderr).toContain('what the run after-first was trained on is not recorded');
  expect(stdout).toContain('that this training never saw');
  const card = await readFile(join(work, 'runs', 'unsure', 'export', 'MODEL_CARD.md'), 'utf8');
  expect(card).toContain('that this training never saw (what the run after-first was trained on is not recorded)');
});
