/** A signal to whatever started a training saves it, once, and leaves no process behind; a lost terminal or reader does not end it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadCheckpoint } from '#antonym/runs/checkpoint.js';
import { writePhotographs } from '../pairs/folder-of-photographs.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { program } from './antonym.js';
import { stepsOf } from './run-files.js';
import { smallEncoder, twoDistortions } from './train/reference-run.js';

const root = join(program, '../..');
const folder = await temporaryFolder();
const run = join(folder, 'runs', 's');
const isLinux = process.platform === 'linux';

beforeAll(async () => {
  await writePhotographs(join(folder, 'photos'), 3);
  // as npm runs it here, in another folder
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { scripts: { train: string } };
  const train = scripts.train.replace(/ (src\/\S+\.mjs)/, (_, path) => ` ${join(root, path)}`);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'signals', private: true, scripts: { train } }));
});

/** Words of a training that goes on for as long as it is let: of the new run, then of the same one again. */
const training = (): string[] =>
  existsSync(run)
    ? ['--resume', 's']
    : [
        ...'--data photos --steps 100000 --batch-size 2 --crop 32 --held-out 1 --levels 2 --workers 1 --run s'.split(' '),
        ...twoDistortions,
        ...smallEncoder,
      ];

interface Started {
  readonly child: ChildProcess;
  /** The process that trains, which may be a descendant. */
  readonly trainer: number;
  readonly steps: number;
  readonly said: () => string;
}

/** Starts a training, and waits until it has made a step. */
function start(command: string, ...words: string[]): Promise<Started> {
  return startAs(command, [...words, ...training()], 'ignore');
}

/** The same in a terminal of its own, whose keys are the standard input of script(1). */
function startInTerminal(...words: string[]): Promise<Started> {
  const line = [...words, ...training()].map((word) => `'${word}'`).join(' ');
  return startAs('script', ['-qec', `exec ${line}`, '/dev/null'], 'pipe');
}

async function startAs(command: string, words: readonly string[], input: 'ignore' | 'pipe'): Promise<Started> {
  const before = existsSync(run) ? await stepsOf(run) : 0;
  const child = spawn(command, words, {
    cwd: folder,
    stdio: [input, 'pipe', 'pipe'],
    env: { ...process.env, npm_config_loglevel: 'silent' },
  });
  let text = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  while (!existsSync(join(run, 'metrics.jsonl')) || (await stepsOf(run)) <= before) {
    if (child.exitCode !== null) throw new Error(`it ended too early:\n${text}`);
    await sleep(20);
  }
  return { child, trainer: await trainerOf(), steps: await stepsOf(run), said: () => text };
}

/** The owner of the run's lock. */
async function trainerOf(): Promise<number> {
  const lock = (await readdir(run)).find((name) => name.startsWith('lock.'))!;
  return Number(new URLSearchParams(lock.slice('lock.'.length)).get('pid'));
}

async function gone(pid: number): Promise<void> {
  while (isRunning(pid)) await sleep(20);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The training has ended and saved every step that it tells of, and holds nothing. */
async function expectSaved({ trainer, steps }: Pick<Started, 'trainer' | 'steps'>): Promise<void> {
  await gone(trainer);
  const { step } = await loadCheckpoint(join(run, 'checkpoints', 'last.safetensors'));
  expect(step).toBeGreaterThanOrEqual(steps);
  expect(await stepsOf(run)).toBe(step);
  expect((await readdir(run)).filter((name) => name.startsWith('lock.') || name.startsWith('.antonym'))).toEqual([]);
}

/** Ends what a training was started by, and expects that it is saved. */
async function expectSavedBy(signal: NodeJS.Signals, started: Started): Promise<void> {
  started.child.kill(signal);
  await once(started.child, 'exit');
  await expectSaved(started);
}

const node = [process.execPath, program, 'train'] as const;

describe('a training', () => {
  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('saves after %s and says so once', async (signal, code) => {
    const started = await start(...node);
    started.child.kill(signal);
    // npm and a terminal may both send it
    started.child.kill(signal);
    expect(await once(started.child, 'exit')).toEqual([code, null]);
    expect(started.said().match(/Stopped after step \d+ of 100000; everything is saved/g)).toHaveLength(1);
    await expectSaved(started);
  });

  test.skipIf(!isLinux).each([
    ['npm, by SIGINT', 'SIGINT'],
    ['npm, by SIGTERM', 'SIGTERM'],
    ['npm, by SIGKILL, which it cannot pass on', 'SIGKILL'],
  ] as const)('saves when what started it is ended: %s', async (_, signal) => {
    const started = await start('npm', 'run', 'train', '--');
    expect(started.trainer).not.toBe(started.child.pid);
    await expectSavedBy(signal, started);
  });

  test.skipIf(!isLinux)('under nohup survives the end of the terminal and of all readers, and saves when it is asked to', async () => {
    // what nohup does where standard input is a terminal
    const started = await start('sh', '-c', 'exec nohup "$0" "$@" 0>/dev/null', ...node);
    process.kill(started.trainer, 'SIGHUP');
    started.child.stdout!.destroy();
    started.child.stderr!.destroy();
    while ((await stepsOf(run)) < started.steps + 20) await sleep(20);
    // plain lines of progress come every five seconds: some of them meet the closed pipe
    await sleep(5500);
    expect(started.child.exitCode).toBeNull();
    process.kill(started.trainer, 'SIGTERM');
    expect(await once(started.child, 'exit')).toEqual([143, null]);
    await expectSaved(started);
  });

  const isolated = ['unshare', '-rpf', '--kill-child=SIGTERM', '--mount-proc'] as const;
  const canIsolate = isLinux && spawnSync(isolated[0], [...isolated.slice(1), 'true']).status === 0;

  test('saves as the first process of a container', async ({ skip }) => {
    skip(!canIsolate, 'this system makes no process namespaces for users');
    const started = await start(isolated[0], ...isolated.slice(1), ...node);
    expect(started.trainer).toBe(1);
    const [inside] = (await readFile(`/proc/${started.child.pid}/task/${started.child.pid}/children`, 'utf8')).trim().split(' ');
    process.kill(Number(inside), 'SIGTERM');
    await once(started.child, 'exit');
    await expectSaved({ trainer: Number(inside), steps: started.steps });
  });

  const hasTerminal = isLinux && spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;

  test.for([
    ['node', node],
    ['npm', ['npm', 'run', 'train', '--']],
  ] as const)('in a terminal, saves once when Ctrl-C is typed: %s', async ([, words], { skip }) => {
    skip(!hasTerminal, 'there is no script(1)');
    const started = await startInTerminal(...words);
    started.child.stdin!.write('\u0003');
    await once(started.child, 'exit');
    await expectSaved(started);
    expect(started.said().match(/Stopped after step \d+ of 100000; everything is saved/g)).toHaveLength(1);
  });

  test.skipIf(!hasTerminal)('saves when its terminal is closed', async () => {
    const started = await startInTerminal(...node);
    started.child.kill('SIGKILL');
    await expectSaved(started);
  });

  test.skipIf(!isLinux).each(['SIGTERM', 'SIGHUP'] as const)(
    'saves when npx is ended by %s, which its shell may survive',
    async (signal) => {
      await mkdir(join(folder, 'node_modules', '.bin'), { recursive: true });
      const command = join(folder, 'node_modules', '.bin', 'antonym');
      await writeFile(command, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, { mode: 0o755 });
      const started = await start('npx', '--no', 'antonym', 'train');
      expect(started.trainer).not.toBe(started.child.pid);
      await expectSavedBy(signal, started);
    },
  );

  test.skipIf(!isLinux)('saves when a shell that runs it for somebody is ended, but not when that left it running', async () => {
    // dash runs even its last command as a child; bash does where another one follows
    const waited = await start('bash', '-c', '"$0" "$@" 2>&1; true', ...node);
    expect(waited.trainer).not.toBe(waited.child.pid);
    await expectSavedBy('SIGTERM', waited);
    const left = await start('bash', '-c', '"$0" "$@" & wait', ...node);
    left.child.kill('SIGTERM');
    await once(left.child, 'exit');
    // longer than it takes to see that the shell has ended
    await sleep(1200);
    expect(isRunning(left.trainer)).toBe(true);
    process.kill(left.trainer, 'SIGTERM');
    await expectSaved(left);
  });

  test('saves when systemd ends its scope', async ({ skip }) => {
    const scope = ['systemd-run', '--scope', '--quiet'] as const;
    skip(!isLinux || spawnSync(scope[0], [...scope.slice(1), 'true']).status !== 0, 'no systemd runs here');
    const started = await start(scope[0], ...scope.slice(1), ...node);
    await expectSavedBy('SIGTERM', started);
  });

  test.skipIf(!isLinux)('saves when timeout(1) ends it, in a session of its own', async () => {
    const started = await start('setsid', '--wait', 'timeout', '600', ...node);
    // what timeout(1) does when the time is over
    await expectSavedBy('SIGTERM', started);
  });
});

test.skipIf(!isLinux)(
  'a command that is interrupted leaves nothing beside its place, also as the first process of a container',
  async () => {
    await mkdir(join(folder, 'galleries'));
    const words = ['degrade', 'gallery', 'photos/00.png', '--out', 'galleries/g'];
    const child = spawn(process.execPath, [program, ...words], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    await once(child.stderr!, 'data');
    child.kill('SIGTERM');
    const [code, signal] = await once(child, 'exit');
    expect([code, signal]).toEqual([null, 'SIGTERM']);
    expect(await readdir(join(folder, 'galleries'))).toEqual([]);
  },
);
