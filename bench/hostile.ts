/** Image files that are broken on purpose, through everything that reads image files: does anything crash, hang, swell or lose a good file? */
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '#antonym/support/errors.js';
import { type BaseFile, baseFiles, hasHeic } from './hostile/base-files.js';
import { hostileFile } from './hostile/mutate.js';
import { otherFiles } from './hostile/other-files.js';
import { type Watched, watchProcess } from './hostile/watch-process.js';
import { markdownTable } from './markdown-table.js';

const program = fileURLToPath(import.meta.resolve('#antonym/cli.js'));
const library = fileURLToPath(new URL('hostile/score-by-library.js', import.meta.url));

const others = fileURLToPath(new URL('hostile/read-by-library.js', import.meta.url));

/** Bounds that count as a fault beyond, milliseconds and bytes. */
const longestSilence = 20_000;
const mostMemory = 1.5e9;
/** Files that one process gets. */
const atATime = 100;
/** One file of as many is good. */
const goodEvery = 10;
/** Different pictures in a hundred: a training puts what nearly repeats on one side. */
const scenes = 5;

interface MadeFile {
  readonly path: string;
  readonly format: string;
  readonly isGood: boolean;
  readonly changes: readonly string[];
}

interface Way {
  readonly name: string;
  words(folder: string, list: string): readonly string[];
  /** Names of the files that it could use; undefined where it does not say. */
  used(output: Watched): ReadonlySet<string> | undefined;
  readonly allowed: readonly number[];
}

const small = [
  '--steps',
  '1',
  '--batch-size',
  '1',
  '--crop',
  '32',
  '--levels',
  '2',
  '--held-out',
  '8',
  '--workers',
  '1',
  '--distortion',
  'jpeg',
  // they have to do with photographs, not with reading files
  '--degradations',
  'off',
];
const scoredIn = ({ stdout }: Watched): Set<string> => {
  const rows = stdout.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
  return new Set(rows.flatMap(({ file, image, score }) => (typeof score === 'number' ? [basename(file ?? image)] : [])));
};

const ways: readonly Way[] = [
  { name: 'library', words: (_, list) => [library, list], used: scoredIn, allowed: [0] },
  { name: 'score', words: (folder) => [program, 'score', folder, '--json'], used: scoredIn, allowed: [0, 2] },
  { name: 'degrade check', words: (folder) => [program, 'degrade', 'check', folder], used: () => undefined, allowed: [0] },
  { name: 'train --data', words: (folder) => [program, 'train', '--data', folder, ...small], used: () => undefined, allowed: [0] },
];

/** Files that are no images have a folder of their own, which commands of images do not see. */
const otherWay: Way = { name: 'tables, archives, models', words: (_, list) => [others, list], used: scoredIn, allowed: [0] };

export async function benchHostile({
  files,
  seed,
  keep,
}: {
  readonly files: string;
  readonly seed: string;
  readonly keep?: string;
}): Promise<void> {
  const count = Number(files);
  if (!Number.isInteger(count) || count < 1) throw new UserError(`--files must be a whole number from 1, but received ${files}.`);
  if (!(await hasHeic())) process.stderr.write('HEIC is left out: it needs heif-enc (Debian: libheif-examples) and libheif-js\n');
  const root = await mkdtemp(join(tmpdir(), 'antonym-hostile-'));
  const totals = new Map([...ways, otherWay].map(({ name }) => [name, { files: 0, used: 0, silence: 0, bytes: 0, faults: 0 }]));
  try {
    for (let first = 0; first < count; first += atATime) {
      const folder = join(root, 'files');
      await mkdir(folder);
      const made = await makeFiles(folder, Number(seed), first, Math.min(atATime, count - first));
      const besides = join(root, 'others');
      await mkdir(besides);
      const madeOthers = await makeOthers(besides, Number(seed), first, made.length);
      await writeFile(join(root, 'list.json'), JSON.stringify(made.map(({ path }) => path)));
      await writeFile(join(root, 'others.json'), JSON.stringify(madeOthers));
      for (const way of [...ways, otherWay]) {
        const [given, list] = way === otherWay ? [madeOthers, 'others.json'] : [made, 'list.json'];
        const watched = await watchProcess(way.words(folder, join(root, list)), root, longestSilence * atATime);
        const faults = faultsOf(way, watched, given);
        const used = way.used(watched);
        const total = totals.get(way.name)!;
        total.files += given.length;
        total.used += used?.size ?? 0;
        total.silence = Math.max(total.silence, watched.longestSilence);
        total.bytes = Math.max(total.bytes, watched.peakBytes);
        total.faults += faults.length;
        for (const fault of faults) process.stderr.write(`${way.name}, files ${first} and on: ${fault}\n`);
        if (faults.length > 0 && keep !== undefined) await keepFiles(given, join(keep, `${seed}-${first}`));
        await rm(join(root, 'runs'), { recursive: true, force: true });
      }
      await rm(folder, { recursive: true });
      await rm(besides, { recursive: true });
    }
    const rows = [...totals].map(([name, { files: tried, used, silence, bytes, faults }]) => [
      name,
      String(tried),
      used > 0 ? String(used) : '',
      (silence / 1000).toFixed(1),
      (bytes / 2 ** 20).toFixed(0),
      String(faults),
    ]);
    process.stdout.write(markdownTable([['way', 'files', 'read', 'longest silence, s', 'peak memory, MiB', 'faults'], ...rows]));
    process.exitCode = [...totals.values()].some(({ faults }) => faults > 0) ? 1 : 0;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function makeFiles(folder: string, seed: number, first: number, count: number): Promise<MadeFile[]> {
  const bases: (readonly BaseFile[])[] = [];
  for (let scene = 0; scene < scenes; scene++) bases.push(await baseFiles((first / atATime) * scenes + scene));
  const made: MadeFile[] = [];
  for (let index = first; index < first + count; index++) {
    const files = bases[Math.floor(index / goodEvery) % scenes]!;
    const { format, bytes } = files[index % files.length]!;
    const isGood = index % goodEvery === 0;
    const { file, changes } = isGood ? { file: bytes, changes: [] } : hostileFile(format, bytes, seed, index);
    const path = join(folder, `${isGood ? 'good' : 'hostile'}-${index}.${format}`);
    await writeFile(path, file);
    made.push({ path, format, isGood, changes });
  }
  return made;
}

async function makeOthers(folder: string, seed: number, first: number, count: number): Promise<MadeFile[]> {
  const files = await otherFiles((await baseFiles(0))[0]!.bytes);
  const made: MadeFile[] = [];
  for (let index = first; index < first + count; index++) {
    const { kind, bytes } = files[index % files.length]!;
    // six kinds and one good file of ten: all kinds have good ones
    const isGood = Math.floor(index / files.length) % goodEvery === 0;
    const { file, changes } = isGood ? { file: bytes, changes: [] } : hostileFile(kind, bytes, seed, index);
    const path = join(folder, `${isGood ? 'good' : 'hostile'}-${index}.${kind}`);
    await writeFile(path, file);
    made.push({ path, format: kind, isGood, changes });
  }
  return made;
}

function faultsOf({ used: usedIn, allowed }: Way, watched: Watched, made: readonly MadeFile[]): string[] {
  const { status, stdout, stderr, peakBytes, longestSilence: silence } = watched;
  const faults: string[] = [];
  if (status === null || !allowed.includes(status)) faults.push(`it ended with ${status ?? 'a signal'}: ${stderr.slice(-300)}`);
  if (/Unexpected failure|^\s+at /m.test(stderr)) faults.push(`an unexpected failure: ${stderr.slice(-300)}`);
  const [unexpected] = stdout.split('\n').filter((line) => line.includes('"unexpected":'));
  if (unexpected !== undefined) faults.push(`an unexpected failure: ${unexpected.slice(0, 300)}`);
  if (silence > longestSilence) faults.push(`silent for ${(silence / 1000).toFixed(0)} s`);
  if (peakBytes > mostMemory) faults.push(`${(peakBytes / 2 ** 20).toFixed(0)} MiB of memory`);
  const used = usedIn(watched);
  const lost = made.filter(({ path, isGood }) => isGood && used !== undefined && !used.has(basename(path)));
  if (lost.length > 0) faults.push(`${lost.length} good files were not scored, such as ${basename(lost[0]!.path)}`);
  return faults;
}

async function keepFiles(made: readonly MadeFile[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { path } of made) await copyFile(path, join(folder, basename(path)));
  const changes = Object.fromEntries(made.map(({ path, changes }) => [basename(path), changes]));
  await writeFile(join(folder, 'changes.json'), JSON.stringify(changes, null, 1));
}
