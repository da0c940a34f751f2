/** Training by the real command: equal runs are equal bit for bit, whatever stops them, and wrong input is one clear line. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadCheckpoint, saveCheckpoint } from '#antonym/runs/checkpoint.js';
import { readSafetensors } from '#antonym/tensors/safetensors.js';
import { folderOfPhotographs } from '../pairs/folder-of-photographs.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { antonym } from './antonym.js';
import { expectOneLine } from './expect-one-line.js';
import { digestOf, metricsOf, resultsOf, stepsOf } from './run-files.js';
import { startAntonym } from './running-antonym.js';

const folder = await temporaryFolder();
const run = (name: string, ...parts: string[]): string => join(folder, 'runs', name, ...parts);
const lastOf = (name: string): string => run(name, 'checkpoints', 'last.safetensors');

const tiny = ['--data', 'photos', '--batch-size', '2', '--crop', '32', '--held-out', '1', '--levels', '2', '--workers', '1'];
const steps = 8;
/** Checkpoints after steps 3, 6 and 8. */
const settings = [...tiny, '--steps', String(steps), '--evaluate-every', '3'];
const train = (...flags: string[]) => antonym(['train', ...flags], folder);

beforeAll(async () => {
  const { folder: photographs } = await folderOfPhotographs(6, 1);
  await cp(photographs, join(folder, 'photos'), { recursive: true });
  await rm(photographs, { recursive: true });
  const { status, stdout, stderr } = await train(...settings, '--run', 'reference', '--json');
  expect(status, stderr).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0]!)).toMatchObject({ run: 'reference', step: steps, model: join('runs', 'reference', 'export', 'model.onnx') });
  // the broken photograph is named, and training goes on without it
  expect(stderr).toMatch(/^skipped x0\.png: .*x0\.png/m);
  expect(stderr).toMatch(/Prepared photos: \d images to train on/);
});

describe('equal runs', () => {
  test('a run has a row for every step and for every evaluation', async () => {
    const rows = (await metricsOf(run('reference'))).map(({ kind, step }) => `${kind} ${step}`);
    const expected = Array.from({ length: steps }, (_, index) => [`step ${index + 1}`]);
    for (const step of [3, 6, 8]) expected[step - 1]!.push(`evaluation ${step}`);
    expect(rows).toEqual(expected.flat());
    const [first] = await metricsOf(run('reference'));
    expect(Object.keys(first!).sort()).toEqual(
      ['kind', 'step', 'loss', 'consistency', 'positive', 'negative', 'learningRate', 'gradientNorm', 'timings'].sort(),
    );
    expect(await readdir(run('reference'))).not.toContainEqual(expect.stringMatching(/^lock|tmp$/));
  });

  test('the best checkpoint is that of the first best evaluation, the last one knows of it', async () => {
    const evaluations = (await metricsOf(run('reference'))).filter(({ kind }) => kind === 'evaluation');
    const highest = Math.max(...evaluations.map(({ ordered }) => ordered as number));
    const { step } = evaluations.find(({ ordered }) => ordered === highest)!;
    const best = { name: 'ordered', direction: 'higher is better', step, value: highest };
    const checkpoint = await loadCheckpoint(run('reference', 'checkpoints', 'best.safetensors'));
    expect(checkpoint.step).toBe(step);
    expect(JSON.parse(checkpoint.metadata.best!)).toEqual(best);
    expect(JSON.parse((await loadCheckpoint(lastOf('reference'))).metadata.best!)).toEqual(best);
    expect(JSON.parse(await readFile(run('reference', 'export', 'model.json'), 'utf8')).training.step).toBe(step);
  });

  test('four workers, and options from a file, make the same run as one worker and flags', async () => {
    const options = { data: 'photos', batchSize: 2, crop: 32, heldOut: 1, levels: 9, steps, evaluateEvery: 3, workers: 4 };
    await writeFile(join(folder, 'options.json'), JSON.stringify(options));
    expect(await train('--config', 'options.json', '--levels', '2', '--run', 'four')).toMatchObject({ status: 0 });
    expect(await resultsOf(run('four'))).toEqual(await resultsOf(run('reference')));
    const { origins, ...values } = JSON.parse(await readFile(run('four', 'config.json'), 'utf8'));
    expect(values).toMatchObject({ ...options, levels: 2, seed: 1, backbone: 'clip-tiny' });
    expect(origins).toMatchObject({ workers: 'file', levels: 'flag', seed: 'default' });
  });

  test('another seed makes another run', async () => {
    expect(await train(...settings, '--seed', '2', '--run', 'seed-2')).toMatchObject({ status: 0 });
    const [first, other] = [await resultsOf(run('reference')), await resultsOf(run('seed-2'))];
    for (const key of Object.keys(first)) expect(other[key], key).not.toEqual(first[key]);
  });

  test('killed before its first checkpoint, between two, and while it exports, a run goes on as if nothing had been', async () => {
    const moments: [name: string, reached: () => boolean | Promise<boolean>][] = [
      ['before the first checkpoint', async () => (await stepsOf(run('killed'))) >= 1],
      ['between two checkpoints', async () => existsSync(lastOf('killed')) && (await stepsOf(run('killed'))) >= 4],
      ['while it exports', () => said().includes('Exporting')],
    ];
    let said = (): string => '';
    for (const [index, [, reached]] of moments.entries()) {
      const process = startAntonym(['train', ...(index === 0 ? [...settings, '--run', 'killed'] : ['--resume', 'killed'])], folder);
      said = process.said;
      await process.until(reached);
      process.kill('SIGKILL');
      expect(await process.ended).toMatchObject({ signal: 'SIGKILL' });
    }
    expect((await loadCheckpoint(lastOf('killed'))).step).toBe(steps);
    expect(await train('--resume', 'killed')).toMatchObject({ status: 0 });
    expect(await resultsOf(run('killed'))).toEqual(await resultsOf(run('reference')));
    expect(await readdir(run('killed'))).not.toContainEqual(expect.stringMatching(/^lock|tmp$/));
  });

  test('with accumulated gradients too, and by a program with more options, a stopped run goes on as if nothing had been', async () => {
    const accumulating = [...settings, '--accumulate', '2', '--steps', '4'];
    expect(await train(...accumulating, '--run', 'sum')).toMatchObject({ status: 0 });
    const process = startAntonym(['train', ...accumulating, '--run', 'sum-stopped'], folder);
    await process.until(() => existsSync(run('sum-stopped', 'previews', 'step-1.png')));
    process.kill('SIGINT');
    expect(await process.ended).toMatchObject({ code: 130 });
    expect([1, 2, 3]).toContain((await loadCheckpoint(lastOf('sum-stopped'))).step);
    const { precision: _, recompute: __, ...older } = JSON.parse(await readFile(run('sum-stopped', 'config.json'), 'utf8'));
    await writeFile(run('sum-stopped', 'config.json'), JSON.stringify(older));
    expect(await train('--resume', 'sum-stopped')).toMatchObject({ status: 0 });
    expect(await resultsOf(run('sum-stopped'))).toEqual(await resultsOf(run('sum')));
  });

  test('a moving average of the weights changes what is scored with, not the training, and goes on after a stop', async () => {
    const { status, stdout } = await train(...settings, '--ema', '0.9', '--run', 'average');
    expect(status).toBe(0);
    expect(stdout).toContain(`npm run train -- --config ${join('runs', 'average', 'config.json')} --steps ${steps * 4} `);
    expect(stdout).toContain('npm run train -- --backbone clip-rn50 --data photos ');
    expect(stdout).not.toContain('train on your own');
    const [own, reference] = [await loadCheckpoint(lastOf('average')), await loadCheckpoint(lastOf('reference'))];
    for (const [name, { data }] of reference.tensors) expect(sameBits(own.tensors.get(name)!.data, data), name).toBe(true);
    for (const name of ['visual.conv1.weight', 'visual.bn1.running_mean']) {
      expect(sameBits(own.tensors.get(`average.${name}`)!.data, own.tensors.get(name)!.data)).toBe(false);
    }
    const model = ['export', 'model.onnx'];
    expect(await digestOf(run('average', ...model))).not.toBe(await digestOf(run('reference', ...model)));

    const process = startAntonym(['train', ...settings, '--ema', '0.9', '--run', 'average-killed'], folder);
    await process.until(() => existsSync(lastOf('average-killed')));
    process.kill('SIGKILL');
    await process.ended;
    expect(await train('--resume', 'average-killed')).toMatchObject({ status: 0 });
    expect(await resultsOf(run('average-killed'))).toEqual(await resultsOf(run('average')));
  });
});

describe('a dry run', () => {
  test('says what a training would do, from real steps, and makes no run', async () => {
    const before = await readdir(join(folder, 'runs'));
    const { status, stdout, stderr } = await train(...settings, '--dry-run');
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/Nothing was written/);
    expect(stdout).toMatch(/steps {5}8 of 2 photographs \(12 crops of 32 pixels\)/);
    expect(stdout).toMatch(/takes {5}about .*3 evaluations of/);
    expect(stdout).toMatch(/memory {4}needs about [\d.]+ GiB of memory, [\d.]+ GiB are available; its first steps held [\d.]+ GiB/);
    expect(stdout).toMatch(/--crop 32 +flag/);
    const json = await train(...settings, '--dry-run', '--json');
    const figures = JSON.parse(json.stdout);
    expect(figures).toMatchObject({
      steps: 8,
      cropsPerStep: 12,
      evaluations: 3,
      options: { crop: 32 },
      origins: { crop: 'flag', lr: 'default' },
    });
    for (const name of ['stepMilliseconds', 'evaluationMilliseconds', 'peakBytes', 'estimatedBytes'])
      expect(figures[name]).toBeGreaterThan(0);
    expect(await readdir(join(folder, 'runs'))).toEqual(before);
    expectOneLine(await train('--resume', 'reference', '--dry-run'), /--dry-run says what a new run would do/);
  });
});

describe('a stop', () => {
  test('by SIGTERM or Ctrl-C saves, says how to go on, and changes nothing', async () => {
    const early = startAntonym(['train', ...settings, '--run', 'stopped'], folder);
    await early.until(() => existsSync(run('stopped', 'config.json')));
    await early.until(() => early.said().includes('Preparing'));
    early.kill('SIGTERM');
    expect(await early.ended).toMatchObject({
      code: 143,
      stdout: '',
      stderr: expect.stringMatching(/npm run train -- --resume stopped\n$/),
    });

    const late = startAntonym(['train', '--resume', 'stopped'], folder);
    await late.until(() => existsSync(run('stopped', 'previews', 'step-1.png')));
    late.kill('SIGSTOP');
    expectOneLine(await train('--resume', 'stopped'), /The run runs.stopped is in use by process \d+/);
    expectOneLine(await antonym(['export', '--run', 'stopped'], folder), /The run runs.stopped is in use by process \d+/);
    late.kill('SIGINT');
    late.kill('SIGCONT');
    const { code, stderr } = await late.ended;
    expect(code).toBe(130);
    const step = Number(
      /Stopped after step (\d) of 8; everything is saved\. Resume with: npm run train -- --resume stopped$/m.exec(stderr)?.[1],
    );
    expect((await loadCheckpoint(lastOf('stopped'))).step).toBe(step);
    expect(await stepsOf(run('stopped'))).toBe(step);

    expect(await train('--resume', 'stopped')).toMatchObject({ status: 0 });
    expect(await resultsOf(run('stopped'))).toEqual(await resultsOf(run('reference')));
  });

  test('asked for twice comes at once', async () => {
    const slow = ['--steps', '4', '--batch-size', '64', '--crop', '64'];
    const process = startAntonym(['train', ...tiny, ...slow, '--run', 'twice'], folder);
    // After the first step the second is under way at once: a long one.
    await process.until(() => process.said().includes('step 1:'));
    process.kill('SIGINT');
    await process.until(() => process.said().includes('once more to stop at once'));
    process.kill('SIGINT');
    const { signal, stderr } = await process.ended;
    expect(signal).toBe('SIGINT');
    expect(stderr).not.toMatch(/everything is saved|terminate called/);
  });
});

describe('a training that fails', () => {
  test.each([Number.NaN, 1e38])('by a weight of %d names the step, keeps its batch and the last good checkpoint', async (weight) => {
    const name = `weight-${Number.isNaN(weight) ? 'nan' : 'huge'}`;
    await copyRun('reference', name);
    const { tensors, metadata } = await loadCheckpoint(run(name, 'checkpoints', 'best.safetensors'));
    tensors.get('visual.conv1.weight')!.data.fill(weight as never);
    await saveCheckpoint(lastOf(name), { step: 3, tensors, metadata });
    const before = await digestOf(lastOf(name));
    expectOneLine(await train('--resume', name), /diverged at step 4: .*The checkpoint of step 3 is intact/);
    expect(await digestOf(lastOf(name))).toBe(before);
    expect(await stepsOf(run(name))).toBe(3);
    const batch = await readSafetensors(run(name, 'diverged-step-4.safetensors'));
    // 2 photographs, 3 levels, 2 crops each of 32 x 32 x 3
    expect(batch.tensors.get('crops.0')!.data).toHaveLength(2 * 3 * 2 * 32 * 32 * 3);
    expect(JSON.parse(batch.metadata['records.0']!)).toHaveLength(2);
  });

  test('on a full disk says so, and leaves checkpoints that load', async ({ skip }) => {
    await mkdir(join(folder, 'full', 'runs'), { recursive: true });
    // room for one checkpoint of 16 MB, not for two; the runs are copied out of the file system that only this process sees
    const script = `mount -t tmpfs -o size=24m none runs && { "$0" "$@"; code=$?; cp -r runs kept; exit $code; }`;
    const isolate = (...command: string[]) => spawnSync('unshare', ['-rm', ...command], { encoding: 'utf8', cwd: join(folder, 'full') });
    skip(isolate('sh', '-c', 'mount -t tmpfs none runs').status !== 0, 'this system lets nobody limit a disk');
    const cli = new URL(import.meta.resolve('#antonym/cli.js')).pathname;
    const flags = ['train', ...settings, '--data', join(folder, 'photos'), '--run', 'full'];
    const { status, stdout, stderr } = isolate('sh', '-c', script, process.execPath, cli, ...flags);
    expectOneLine({ status: status ?? -1, stdout, stderr }, /Cannot save the checkpoint .*: the disk is full/);
    const kept = join(folder, 'full', 'kept', 'full', 'checkpoints');
    expect(await readdir(kept)).toEqual(['best.safetensors']);
    expect((await loadCheckpoint(join(kept, 'best.safetensors'))).step).toBe(3);
  });
});

describe('a run', () => {
  beforeAll(() => copyRun('reference', 'copy'));

  test('is never overwritten', async () => {
    const before = await resultsOf(run('reference'));
    const again = await train(...settings, '--run', 'reference');
    expectOneLine(again, /The run "reference" exists already.*--resume reference/);
    expect(again.stderr, 'before anything is prepared').not.toContain('Preparing');
    expect(await resultsOf(run('reference'))).toEqual(before);
  });

  test('that is finished is exported again when it is resumed', async () => {
    await rm(run('copy', 'export'), { recursive: true });
    expect(await train('--resume', 'copy')).toMatchObject({ status: 0 });
    expect(await resultsOf(run('copy'))).toEqual(await resultsOf(run('reference')));
  });

  test('keeps the options it was started with', async () => {
    expectOneLine(await train('--resume', 'copy', '--levels', '3'), /--levels 3 \(the run has 2\).*start a new run/);
  });

  test('does not go on with other images, and says so', async () => {
    await copyFile(join(folder, 'photos', '00.png'), join(folder, 'photos', 'another.png'));
    const message = /The images of photos are not those that the run was started with.*Restore them/;
    expectOneLine(await train('--resume', 'copy'), message);
    expectOneLine(await antonym(['export', '--run', 'copy'], folder), message);
    await rm(join(folder, 'photos', 'another.png'));
    await rename(join(folder, 'photos'), join(folder, 'moved'));
    expectOneLine(await train('--resume', 'copy'), /no dataset and no folder named "photos"/);
    await rename(join(folder, 'moved'), join(folder, 'photos'));
  });

  test('with a damaged checkpoint neither goes on nor is exported, and says so', async () => {
    for (const file of ['last', 'best']) {
      const path = run('copy', 'checkpoints', `${file}.safetensors`);
      const command = file === 'last' ? ['train', '--resume', 'copy'] : ['export', '--run', 'copy'];
      const good = await readFile(path);
      const flipped = Buffer.from(good);
      flipped[good.length - 5]! ^= 4;
      await writeFile(path, flipped);
      expectOneLine(await antonym(command, folder), new RegExp(`${file}\\.safetensors is damaged`));
      await writeFile(path, good);
      await truncate(path, good.length - 100);
      expectOneLine(await antonym(command, folder), new RegExp(`${file}\\.safetensors`));
      await writeFile(path, 'no checkpoint');
      expectOneLine(await antonym(command, folder), new RegExp(`${file}\\.safetensors`));
      await writeFile(path, good);
    }
  });
});

describe('wrong input is one clear line', () => {
  beforeAll(async () => {
    await mkdir(join(folder, 'empty'));
    await mkdir(join(folder, 'one'));
    await copyFile(join(folder, 'photos', '00.png'), join(folder, 'one', '00.png'));
    await mkdir(join(folder, 'broken'));
    for (const name of ['a.png', 'b.png']) await copyFile(join(folder, 'photos', 'x0.png'), join(folder, 'broken', name));
    await writeFile(join(folder, 'wrong-key.json'), '{"levles": 3}');
    await writeFile(join(folder, 'not.json'), 'levels: 3');
  });

  test.concurrent.for<[flags: string[], message: RegExp]>([
    [['--levels', '1'], /--levels must be a whole number from 2 to \d+, but received 1\.$/],
    [['--crop', '50'], /--crop must be a multiple of 32 .*received 50\.$/],
    [['--crop'], /--crop PIXELS.*missing/],
    [['--levle', '3'], /Unknown option --levle\. Did you mean "--levels"\?/],
    [['--steps', 'many'], /--steps must be a whole number.*received many/],
    [['--warmup-steps', '20', '--steps', '10'], /--warmup-steps must be at most --steps/],
    [['photos'], /Too many arguments/],
    [['--config', 'wrong-key.json'], /Unknown option "levles" in wrong-key\.json\. Did you mean "levels"\?/],
    [['--config', 'not.json'], /not\.json is not JSON/],
    [['--config', 'nowhere.json'], /Cannot read nowhere\.json: it does not exist/],
    [['--config', 'photos'], /photos: it is a folder, not a file/],
    [['--resume', 'referense'], /There is no run "referense".*Did you mean "reference"\?/],
    [['--resume', 'reference', '--run', 'new'], /--run names a new run and --resume an existing one/],
    [['--run', '../outside'], /A run's name must be/],
    [['--data', 'empty'], /No image in .*empty/],
    [['--data', 'photoss'], /no dataset and no folder named "photoss"/],
    [['--data', 'wrong-key.json'], /wrong-key\.json is a file; a folder of images is needed/],
    [['--data', 'one', '--crop', '32'], /at least two images/],
    [['--data', 'broken', '--crop', '32'], /held-out images can be used; for example: .*broken/],
    [['--backbone', 'clip-tny'], /Unknown backbone "clip-tny".*clip-tiny/],
  ])('train %j', async ([flags, message]) => {
    expectOneLine(await train(...flags), message);
  });
});

function sameBits(a: ArrayLike<number | bigint>, b: ArrayLike<number | bigint>): boolean {
  return Array.from(a).every((value, index) => Object.is(value, b[index]));
}

async function copyRun(from: string, to: string): Promise<void> {
  await cp(run(from), run(to), { recursive: true });
}
