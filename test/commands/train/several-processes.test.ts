/** Training in several processes, as users start them with the launchers of MPI; every run is of six steps. */
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { writePhotographs } from '../../pairs/folder-of-photographs.js';
import { type LaunchedPrograms, launch, launcherNamed, launchers, launchWith, unlessLaunchers } from '../../peers/mpirun.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { program } from '../antonym.js';
import { metricsOf, resultsOf, stepsOf } from '../run-files.js';
import { startAntonym } from '../running-antonym.js';
import { smallEncoder, tiny } from './reference-run.js';

const folder = await temporaryFolder();
const runOf = (name: string): string => join(folder, 'runs', name);
const parts = '--batch-size 2 --accumulate 3 --steps 6 --evaluate-every 2 --lr 1e-6'.split(' ');
const trainAs = (run: string): string[] => [program, 'train', ...tiny, ...smallEncoder, '--distortion', 'jpeg', ...parts, '--run', run];

beforeAll(() => writePhotographs(join(folder, 'photos'), 6));

/** Empty for a process that has ended. */
function readProcess(number: number, file: 'cmdline' | 'stat'): string {
  try {
    return readFileSync(`/proc/${number}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** Other tests have runs of the same names, in other folders. */
function isHere(number: number): boolean {
  try {
    return readlinkSync(`/proc/${number}/cwd`) === realpathSync(folder);
  } catch {
    return false;
  }
}

/** The numbers of the processes that train a run. */
function processesOf(run: string): number[] {
  const numbers = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const own = numbers.map(Number).filter((number) => {
    const [command = '', ...words] = readProcess(number, 'cmdline').split('\0');
    return command === process.execPath && words.includes(run) && isHere(number);
  });
  // a child has the words of its parent until it becomes another program
  return own.filter((number) => !own.includes(Number(/^\d+ \(.*\) \S (\d+)/s.exec(readProcess(number, 'stat'))?.[1])));
}

/** Process 0 is that of the lock. */
async function beside(run: string): Promise<number> {
  const lock = (await readdir(runOf(run))).find((name) => name.startsWith('lock.'))!;
  const first = Number(new URLSearchParams(lock.slice('lock.'.length)).get('pid'));
  const others = processesOf(run).filter((number) => number !== first);
  expect(others).toHaveLength(1);
  return others[0]!;
}

/** One of two processes is stopped: the other waits for its limit, asleep, while other tests run. */
let stopped: Promise<LaunchedPrograms> | undefined;
function stuck(): Promise<LaunchedPrograms> {
  stopped ??= (async () => {
    const programs = launch(first, 2, [...trainAs('stuck'), '--peer-timeout', '5'], { folder });
    await programs.until(async () => (await stepsOf(runOf('stuck'))) >= 1);
    process.kill(await beside('stuck'), 'SIGSTOP');
    return programs;
  })();
  return stopped;
}

const first = launchers[0]!;
const last = launchers.at(-1)!;

// several runs each, of two processes on what cores there are
describe.skipIf(launchers.length === 0)(`two processes${unlessLaunchers}`, { timeout: 300_000 }, () => {
  test(`train one model, with one voice`, async () => {
    const { code, stdout, stderr } = await launch(first, 2, trainAs('whole'), { folder }).ended;
    expect(stderr).not.toContain('error');
    expect(code).toBe(0);
    expect(stderr.match(/^2 processes on this machine train together through .*$/gm)).toEqual([expect.stringContaining(first.name)]);
    expect(stderr.match(/^Preparing \.\.\.$/gm)).toHaveLength(1);
    expect(stdout.match(/^Learned/gm)).toHaveLength(1);
    expect(await stepsOf(runOf('whole'))).toBe(6);
  });

  test('end when one is killed, and resume with equal bits, by whichever library', async () => {
    const programs = launch(last, 2, trainAs('killed'), { folder });
    // as soon as there is a step: the six may be over before the next look
    await programs.until(async () => (await stepsOf(runOf('killed'))) >= 1);
    process.kill(await beside('killed'), 'SIGKILL');
    expect((await programs.ended).code).not.toBe(0);
    await expect.poll(() => processesOf('killed'), { timeout: 60_000 }).toEqual([]);
    const { code, stderr } = await launch(last, 2, [program, 'train', '--resume', 'killed'], { folder }).ended;
    expect(stderr).not.toContain('error');
    expect(code).toBe(0);
    expect(await resultsOf(runOf('killed'))).toEqual(await resultsOf(runOf('whole')));
  });

  const openMpi = launcherNamed('Open MPI');
  test.skipIf(!openMpi)('stop together after a step, and one alone continues with the same photographs (needs Open MPI)', async () => {
    const programs = launch(openMpi!, 2, trainAs('stopped'), { folder });
    await programs.until(async () => (await stepsOf(runOf('stopped'))) >= 1);
    programs.kill('SIGUSR2');
    const { code, stderr } = await programs.ended;
    expect(code).toBe(140);
    expect(stderr).toMatch(/Stopped after step \d of 6; everything is saved\. Resume with: /);
    const resumed = startAntonym(['train', '--resume', 'stopped'], folder);
    await resumed.until(async () => (await stepsOf(runOf('stopped'))) >= 5);
    resumed.kill('SIGTERM');
    await resumed.ended;
    const [alone, together] = [await metricsOf(runOf('stopped')), await metricsOf(runOf('whole'))];
    expect(together.slice(0, alone.length).map(({ kind, step }) => [kind, step])).toEqual(alone.map(({ kind, step }) => [kind, step]));
    for (const [index, { kind, loss, gradientNorm }] of alone.entries()) {
      if (kind !== 'step') continue;
      expect(Number(loss) / Number(together[index]!.loss)).toBeCloseTo(1, 5);
      expect(Number(gradientNorm) / Number(together[index]!.gradientNorm)).toBeCloseTo(1, 4);
    }
  });

  test('end when process 0 cannot save', async () => {
    await stuck();
    const programs = launch(last, 2, trainAs('full'), { folder });
    await programs.until(() => existsSync(join(runOf('full'), 'config.json')));
    mkdirSync(join(runOf('full'), 'checkpoints', 'last.safetensors', 'in the way'), { recursive: true });
    const { code, stderr } = await programs.ended;
    expect(code).not.toBe(0);
    expect(stderr).toMatch(
      /^error: In process 0 of 2 on .*: Cannot save the checkpoint .* --resume full continues from the last checkpoint\.$/m,
    );
    await expect.poll(() => processesOf('full'), { timeout: 60_000 }).toEqual([]);
  });

  test('are refused, once, when there are more than parts of an update', async () => {
    const { code, stderr } = await launch(first, 2, [program, 'train', '--crop', '32'], { folder }).ended;
    expect(code).not.toBe(0);
    expect(stderr.match(/^error: .*$/gm)).toEqual([
      'error: 2 processes cannot share the 1 part of an update: each needs at least one. --accumulate is the number of parts of all processes ' +
        'together: --batch-size 8 --accumulate 2 takes as many photographs, or start fewer processes.',
    ]);
  });

  test('are refused, once, when their options differ', async () => {
    const one = (steps: string): string[] => ['-np', '1', process.execPath, program, 'train', '--accumulate', '2', '--steps', steps];
    const { code, stderr } = await launchWith(first, [...first.options, ...one('6'), ':', ...one('7')], { folder }).ended;
    expect(code).not.toBe(0);
    expect(stderr.match(/^error: .*$/gm)).toEqual([
      expect.stringMatching(
        /^error: All processes need the same options and versions, but steps is "7" in process 1 of 2 on .* and "6" in process 0\.$/,
      ),
    ]);
  });

  test('end when one no longer answers, and say which', async () => {
    const { code, stderr } = await (await stuck()).ended;
    expect(code).not.toBe(0);
    // in a sum that has begun MPI waits without end, and does not say for whom
    expect(stderr).toMatch(
      /^error: In process 0 of 2 on .*: (No answer for 5 s from process 1 of 2 on .*|MPI has not answered for 20 s: another process, its machine or the network has stopped\.) .*--resume stuck continues from the last checkpoint\.$/m,
    );
    await expect.poll(() => processesOf('stuck'), { timeout: 60_000 }).toEqual([]);
  });
});
