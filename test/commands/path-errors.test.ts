/** Every command's paths against whatever a system call can answer: one line that says which name, why, and nothing unexpected. */
import { execFile, execFileSync } from 'node:child_process';
import { chmod, mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { optionsOf } from '#antonym/commands/command.js';
import { loadCommands } from '#antonym/commands/command-list.js';
import { flagOf } from '#antonym/support/options/option-table.js';
import { writePhotographs } from '../pairs/folder-of-photographs.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { writeRandomModel } from './random-model.js';
import { copyShortRun } from './train/reference-run.js';

interface Ended {
  readonly kind?: string;
  readonly message?: string;
}

const work = await temporaryFolder();
const driver = join(import.meta.dirname, 'many-commands.mjs');

/** @param launcher words before node, such as those of a program that changes the user */
function runAll(commands: readonly (readonly string[])[], launcher: readonly string[] = []): Promise<Ended[]> {
  const program = launcher[0] ?? process.execPath;
  const words = launcher.length > 0 ? [...launcher.slice(1), process.execPath, driver] : [driver];
  return new Promise((resolve, reject) => {
    const options = {
      cwd: work,
      maxBuffer: 2 ** 26,
      timeout: 100_000,
      env: { ...process.env, HOME: work, XDG_CACHE_HOME: join(work, 'cache') },
    };
    const child = execFile(program, words, options, (error, stdout, stderr) => {
      if (error) reject(new Error(`${error.message}\n${stderr}`));
      else resolve(JSON.parse(stdout));
    });
    child.stdin!.end(JSON.stringify(commands));
  });
}

const small = ['--count', '1', '--crop', '32', '--levels', '2', '--workers', '1'];
const few = ['--count', '2', '--levels', '2', '--crop', '32', '--distortion', 'jpeg'];

/** Stands for the path that is varied, where it is not last. */
const PATH = '{path}';

/** Commands that write, as far as `--out`. */
const writers: Readonly<Record<string, readonly string[]>> = {
  'evaluate opinion': ['evaluate', 'opinion', 'mos.csv', '--images', 'photographs', '--model', 'model', '--resamples', '100', '--out'],
  'evaluate sensitivity': ['evaluate', 'sensitivity', '--data', 'photographs', '--model', 'model', ...few, '--out'],
  'degrade pairs': ['degrade', 'pairs', '--data', 'photographs', ...small, '--out'],
  'degrade shards': ['degrade', 'shards', '--data', 'photographs', ...small, '--held-out', '1', '--distortion', 'jpeg', '--out'],
  'degrade gallery': ['degrade', 'gallery', 'photographs/00.png', '--levels', '2', '--distortion', 'jpeg', '--out'],
  'degrade image': ['degrade', 'image', 'photographs/00.png', '--distortion', 'white-noise', '--level', '1', '--out'],
  compare: ['compare', 'photographs', 'photographs', '--model', 'model', '--out'],
  calibrate: ['calibrate', '--opinion', 'mos.csv', '--images', 'photographs', '--model', 'model', '--out'],
  export: ['export', '--backbone', 'clip-tiny', '--out'],
  'score --map': ['score', 'photographs', '--model', 'model', '--map'],
  'score --list': ['score', '--list', 'list.txt', '--model', 'model', '--out'],
  'evaluate opinion --list': ['evaluate', 'opinion', 'mos.csv', '--list', 'list.txt', '--model', 'model', '--out'],
  report: ['report', 'reference', '--out'],
};
/** Writers of one file; the others write a folder. */
const oneFile = new Set(['degrade image', 'report']);
/** Writers that replace what an earlier one of their kind wrote there, or resume it. */
const replacing = new Set(['export', 'report', 'score --list', 'evaluate opinion --list']);

/** Commands that read, as far as the option or operand that is varied; the ones of files, then the ones of folders. */
const readersOfFiles: Readonly<Record<string, readonly string[]>> = {
  'score --model': ['score', 'photographs', '--model'],
  'evaluate opinion': ['evaluate', 'opinion', '--model', 'model', '--images', 'photographs'],
  'evaluate opinion --model': ['evaluate', 'opinion', 'mos.csv', '--images', 'photographs', '--model'],
  'evaluate sensitivity --model': ['evaluate', 'sensitivity', '--data', 'photographs', ...few, '--model'],
  'compare --model': ['compare', 'photographs', 'photographs', '--out', 'none', '--model'],
  'calibrate --opinion': ['calibrate', '--images', 'photographs', '--model', 'model', '--out', 'none', '--opinion'],
  'calibrate --model': ['calibrate', '--opinion', 'mos.csv', '--images', 'photographs', '--out', 'none', '--model'],
  'export --weights': ['export', '--backbone', 'clip-tiny', '--out', 'none', '--weights'],
  'train --weights': ['train', '--data', 'photographs', '--dry-run', '--weights'],
  'train --backbone': ['train', '--data', 'photographs', '--dry-run', '--backbone'],
  'train --prompts': ['train', '--data', 'photographs', '--dry-run', '--prompts'],
  'train --config': ['train', '--config'],
  'degrade image': ['degrade', 'image', '--distortion', 'jpeg', '--level', '1', '--out', 'none.png'],
  'degrade gallery': ['degrade', 'gallery', '--out', 'none'],
  'score --config': ['score', 'photographs', '--config'],
  'score --list': ['score', '--model', 'model', '--out', 'none', '--list'],
  'evaluate opinion --list': ['evaluate', 'opinion', 'mos.csv', '--model', 'model', '--out', 'none', '--list'],
  'train --opinion': ['train', '--dry-run', '--opinion'],
  'export --head-weights': ['export', '--backbone', 'clip-tiny', '--head', 'mlp', '--out', 'none', '--head-weights'],
  'export --backbone': ['export', '--out', 'none', '--backbone'],
  'report RUN': ['report'],
  'export --run': ['export', '--run'],
  'export --prompts': ['export', '--backbone', 'clip-tiny', '--out', 'none', '--prompts'],
  'train --resume': ['train', '--resume'],
  'train --init': ['train', '--data', 'photographs', '--dry-run', '--init'],
  'evaluate opinion --config': ['evaluate', 'opinion', 'mos.csv', '--config'],
  'compare --config': ['compare', 'photographs', 'photographs', '--config'],
  'compare --encoders': ['compare', 'photographs', '--model', 'model', '--out', 'none', '--encoders'],
};
const readersOfFolders: Readonly<Record<string, readonly string[]>> = {
  'train --data': ['train', '--dry-run', '--data'],
  'train --pairs': ['train', '--dry-run', '--pairs'],
  'degrade pairs --data': ['degrade', 'pairs', '--out', 'none', '--data'],
  'degrade shards --data': ['degrade', 'shards', '--out', 'none', '--data'],
  'degrade check': ['degrade', 'check'],
  'evaluate sensitivity --data': ['evaluate', 'sensitivity', '--model', 'model', '--data'],
  'compare BEFORE': ['compare', PATH, 'photographs', '--out', 'none', '--model', 'model'],
  'compare AFTER': ['compare', '--out', 'none', '--model', 'model', 'photographs'],
  'evaluate opinion --images': ['evaluate', 'opinion', 'mos.csv', '--model', 'model', '--images'],
  'calibrate --images': ['calibrate', '--opinion', 'mos.csv', '--model', 'model', '--out', 'none', '--images'],
  'train --images': ['train', '--opinion', 'mos.csv', '--dry-run', '--images'],
  'export --data': ['export', '--backbone', 'clip-tiny', '--precision', 'int8', '--out', 'none', '--data'],
  'degrade status': ['degrade', 'status'],
  'degrade status --verify': ['degrade', 'status', '--verify'],
  'evaluate opinion --status': ['evaluate', 'opinion', 'mos.csv', '--status', '--out'],
  'evaluate opinion --merge': ['evaluate', 'opinion', 'mos.csv', '--merge', '--out'],
  'score --xmp': ['score', 'photographs', '--model', 'model', '--xmp'],
  'score --status': ['score', '--status', '--out'],
  'score --merge': ['score', '--merge', '--out'],
};

const long = 'x'.repeat(300);

/** Paths that are not right. */
const everyPath: Readonly<Record<string, string>> = {
  ENAMETOOLONG: long,
  ENOTDIR: join('mos.csv', 'below'),
  ELOOP: 'circle',
};

beforeAll(async () => {
  await writePhotographs(join(work, 'photographs'), 4, 0, [160, 128]);
  await writeRandomModel(join(work, 'model'));
  await copyShortRun(join(work, 'trained'));
  await rename(join(work, 'trained', 'runs'), join(work, 'runs'));
  const rows = Array.from({ length: 4 }, (_, index) => `0${index}.png,${index + 1}`);
  await writeFile(join(work, 'mos.csv'), `image,mos\n${rows.join('\n')}\n`);
  await writeFile(join(work, 'list.txt'), 'photographs/00.png\n');
  await mkdir(join(work, 'empty'));
  await mkdir(join(work, 'full'));
  await writeFile(join(work, 'full', 'file'), 'content');
  await symlink('circle', join(work, 'circle'));
});

/** One line that a person can act on: it names what was given, and is no accident of the program. */
function expectRefused({ kind, message }: Ended, name: string, place: string): void {
  expect.soft(kind, `${place}: ${message}`).toMatch(/^(User|Image|Model)Error$/);
  expect.soft(message, place).toContain(name.length > 200 ? name.slice(0, 40) : name);
  expect.soft(message, place).not.toMatch(/\n|ENO|EACC|EROFS|ELOOP|EISDIR|\bat /);
  expect.soft(message, place).toMatch(/^[A-Z].*[.?]$|^\S*[^ ]* .*\.$/);
}

interface Case {
  readonly place: string;
  readonly path: string;
  readonly words: readonly string[];
}

function casesOf(commands: Readonly<Record<string, readonly string[]>>, paths: (name: string) => Readonly<Record<string, string>>): Case[] {
  return Object.entries(commands).flatMap(([name, words]) =>
    Object.entries(paths(name)).map(([reason, path]) => ({
      place: `${name}, ${reason}`,
      path,
      words: words.includes(PATH) ? words.map((word) => (word === PATH ? path : word)) : [...words, path],
    })),
  );
}

async function expectAllRefused(cases: readonly Case[], launcher?: readonly string[]): Promise<void> {
  const ended = await runAll(
    cases.map(({ words }) => words),
    launcher,
  );
  for (const [index, { place, path }] of cases.entries()) expectRefused(ended[index]!, path, place);
}

const isLinux = process.platform === 'linux';
const canRun = (program: string, ...words: string[]): boolean => {
  try {
    execFileSync(program, words, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
const canMount = isLinux && canRun('unshare', '-m', 'sh', '-c', 'mount -t tmpfs -o size=64k none /mnt');
const canChangeUser = isLinux && canRun(nobody[0]!, ...nobody.slice(1), process.execPath, '-e', '0');

test('every option that takes a path is among these', async () => {
  const lines = [writers, readersOfFiles, readersOfFolders].flatMap((commands) => Object.values(commands).map((words) => words.join(' ')));
  const named: string[] = [];
  for (const command of await loadCommands()) {
    for (const [option, { kind }] of Object.entries(optionsOf(command))) {
      if (!/\b(folder|files?|runs?|models?)\b/.test(kind.expected)) continue;
      named.push(`${command.name} ${flagOf(option)}`);
      // read by the same code for all commands; the name of a new run, which is no path; read as `export` does, once there are ratings enough
      if (option === 'config' || ['train --run', 'train --head-weights'].includes(named.at(-1)!)) continue;
      expect
        .soft(
          lines.some((line) => line.startsWith(command.name) && line.endsWith(flagOf(option))),
          named.at(-1),
        )
        .toBe(true);
    }
  }
  expect(named).toContain('score --xmp');
});

describe('a path that cannot be', () => {
  const png = (name: string, path: string): string => (oneFile.has(name) ? `${path}.png` : path);

  test('written or read names what was given and why', async () => {
    await expectAllRefused([
      ...casesOf(writers, (name) => ({
        ENAMETOOLONG: png(name, long),
        ENOTDIR: png(name, join('mos.csv', 'below')),
        ELOOP: png(name, join('circle', 'below')),
        ...(name === 'degrade image' && { 'a file that is there': 'photographs/00.png' }),
        ...(oneFile.has(name) ? { 'a folder for a file': 'full' } : { 'a file for a folder': 'mos.csv' }),
        ...(!oneFile.has(name) && !replacing.has(name) && { 'a full folder': 'full' }),
      })),
      ...casesOf(readersOfFiles, () => ({ ...everyPath, ENOENT: 'absent.file', 'a folder for a file': 'empty' })),
      ...casesOf(readersOfFolders, () => ({ ...everyPath, ENOENT: 'absent-folder', 'a file for a folder': 'mos.csv' })),
    ]);
  });

  test.skipIf(!canMount)('written on a full disk or a read-only one names what was given and why', async () => {
    // what all commands do when a disk fills, `npm run bench -- crash` shows
    const { 'degrade image': image, 'degrade gallery': gallery, compare } = writers;
    for (const [reason, options] of [
      ['ENOSPC', 'size=4k'],
      ['EROFS', 'ro'],
    ] as const) {
      const place = join(work, `disk-${options}`);
      await mkdir(place);
      const script = `mount -t tmpfs -o ${options} none ${place} && exec "$@"`;
      const cases = casesOf({ 'degrade image': image!, 'degrade gallery': gallery!, compare: compare! }, (name) => ({
        [reason]: png(name, join(place, 'out')),
      }));
      await expectAllRefused(cases, ['unshare', '-m', 'sh', '-c', script, 'sh']);
    }
  });

  test.skipIf(!canChangeUser)('reached by this user names what was given and why', async () => {
    const closed = join(work, 'closed');
    await mkdir(closed);
    await writeFile(join(closed, 'file'), 'content');
    await mkdir(join(closed, 'folder'));
    await chmod(closed, 0o700);
    await chmod(work, 0o755);
    const { report: _, ...withoutReport } = writers;
    const cases = [
      // a report writes the card beside its model, too, which this user may not
      ...casesOf(withoutReport, (name) => ({ EACCES: png(name, join(closed, 'out')) })),
      ...casesOf(readersOfFiles, () => ({ EACCES: join(closed, 'file') })),
      ...casesOf(readersOfFolders, () => ({ EACCES: join(closed, 'folder') })),
    ];
    await expectAllRefused(cases, nobody);
  });
});
