/** Every file of JSON that the program writes and reads back: damaged, it is refused by name and with what to do, or read as it was. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { calibratedImages } from '#antonym/calibrate/calibration-file.js';
import { parseModelDescription } from '#antonym/export/model-description.js';
import { trainedImages } from '#antonym/export/seen-opinions.js';
import { readIndexes } from '#antonym/pairs/shards/shard-index.js';
import { readRunFacts } from '#antonym/report/run-facts.js';
import { MetricsLog, readMetrics } from '#antonym/runs/metrics-log.js';
import { findRun, readConfig } from '#antonym/runs/run-directory.js';
import { readRunImages } from '#antonym/runs/run-images.js';
import { mergeParts } from '#antonym/score/parts/part-status.js';
import { readDescription } from '#antonym/score/read-description.js';
import { UserError } from '#antonym/support/errors.js';
import { ownName } from '#antonym/support/files/owner-name.js';
import { canContinue } from '#antonym/support/files/resumable-folder.js';
import { clearStagings, stagingPrefix } from '#antonym/support/files/staging.js';
import { LineChain } from '#antonym/support/line-chain.js';
import { sealJson } from '#antonym/support/sealed-json.js';
import { loadRunCheckpoint } from '#antonym/train/run-checkpoint.js';
import { runIdentity } from '#antonym/train/run-identity.js';
import { configuration } from '../pairs/shards/small-shards.js';
import { damages } from '../support/files/damages.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { copyReferenceRun, steps } from './train/reference-run.js';

const folder = await temporaryFolder();
const run = join(folder, 'runs', 'reference');
const text = async (path: string): Promise<string> => readFile(path, 'utf8');
const digest = 'ab'.repeat(32);

beforeAll(() => copyReferenceRun(folder));

const facts = async (): Promise<unknown> => {
  const { problems, ...rest } = await readRunFacts(await findRun(join(folder, 'runs'), 'reference'));
  if (problems.length > 0) throw new UserError(problems.join(' '));
  return rest;
};

const shards = join(folder, 'shards');
const scores = join(folder, 'scores');
const scoresPath = join(scores, 'scores-1-of-1.jsonl');

/** A part of two scores, as `scorePart` writes it. */
function scoresOfPart(): string {
  const chain = new LineChain();
  const head = { format: 'antonym-scores-1', part: 1, of: 1, model: digest, list: 'list.txt', bytes: 10 };
  const lines = [head, { image: 'a.png', score: 0.25 }, { image: 'b.png', score: 0.75 }, { images: 2, failed: 0 }];
  return lines.map((line) => `${chain.seal(line)}\n`).join('');
}

/** A file, what it holds where training did not make it, and its reader. */
const files: Readonly<Record<string, { readonly path: string; readonly content?: string; readonly read: () => Promise<unknown> }>> = {
  'the configuration of a run': {
    path: join(run, 'config.json'),
    read: async () => readConfig(await findRun(join(folder, 'runs'), 'reference')),
  },
  'the images of a run': { path: join(run, 'images.json'), read: () => readRunImages(join(run, 'images.json')) },
  'the metrics of a run': { path: join(run, 'metrics.jsonl'), read: () => readMetrics(join(run, 'metrics.jsonl')) },
  'the environment of a run': { path: join(run, 'environment.json'), read: facts },
  'a description, for reports': {
    path: join(run, 'export', 'model.json'),
    read: async () => parseModelDescription(await text(join(run, 'export', 'model.json')), join(run, 'export', 'model.json')),
  },
  'a description, for scoring': { path: join(run, 'export', 'model.json'), read: () => readDescription(join(run, 'export', 'model.onnx')) },
  'a proof of parity': { path: join(run, 'export', 'parity.json'), read: facts },
  'the scores of held-out crops': { path: join(run, 'held-out', 'scores.json'), read: facts },
  'images of opinions': {
    path: join(folder, 'seen', 'seen-opinions.json'),
    content: sealJson({ format: 'antonym-seen-opinions-1', images: [{ image: 'a', sha256: digest, opinion: 3.25, part: 'training' }] }, 2),
    read: () => trainedImages(join(folder, 'seen', 'seen-opinions.json')),
  },
  'images of a calibration': {
    path: join(folder, 'seen', 'calibration.json'),
    content: sealJson(
      { format: 'antonym-calibration-1', images: [{ image: 'a', sha256: digest, opinion: 3, score: 0.5, leftOut: 3.1 }] },
      2,
    ),
    read: () => calibratedImages(join(folder, 'seen', 'calibration.json')),
  },
  'the index of shards': {
    path: join(shards, 'index.json'),
    content: sealJson(
      {
        format: 'antonym-pairs-1',
        configuration: { ...configuration, pairs: { training: 0, 'held-out': 0 } },
        part: { number: 1, of: 1 },
        skipped: ['x.png'],
        shards: [],
      },
      1,
    ),
    read: async () => (await readIndexes(shards))[0]!.index,
  },
  'the scores of a part of a list': {
    path: scoresPath,
    content: scoresOfPart(),
    read: async () => {
      // where its first or last line is damaged, a part is not whole, and the command that scores it says why
      await mergeParts(scores).catch((error) => {
        throw new UserError(`${scoresPath}: ${error.message}`);
      });
      return (await text(join(scores, 'scores.jsonl'))).split('\n');
    },
  },
  'the notes of a folder that is continued': {
    path: join(folder, 'pairs.partial', 'notes', 'configuration.json'),
    content: sealJson({ note: { seed: 1, levels: 5 } }),
    read: () => canContinue(join(folder, 'pairs'), { seed: 1, levels: 5 }),
  },
};

describe.each(Object.entries(files))('%s', (_, { path, content, read }) => {
  test('is refused by name, or read as it was', async () => {
    if (content !== undefined) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
    const whole = await readFile(path);
    const expected = (await read()) as object;
    let refused = 0;
    try {
      for (const damaged of damages(whole, 25)) {
        await writeFile(path, damaged);
        let found: unknown;
        try {
          found = await read();
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
          expect((error as Error).message).toContain(path);
          expect((error as Error).message).toMatch(/(restore|remove|export|evaluate|calibrate|score) /i);
          refused++;
          continue;
        }
        // a last line that is cut off was never finished
        if (path.endsWith('.jsonl')) expect((expected as unknown[]).slice(0, (found as unknown[]).length)).toEqual(found);
        else expect(found).toMatchObject(expected);
      }
    } finally {
      await writeFile(path, whole);
    }
    expect(refused).toBeGreaterThan(20);
  });
});

describe('a plan that a stopped process left', () => {
  test('is refused by name, or carried out as it was', async () => {
    const place = join(folder, 'results');
    await mkdir(place, { recursive: true });
    const whole = Buffer.from(sealJson({ placed: { one: '1', two: '2' }, removed: ['three'] }));
    // the number of no process
    const name = (await ownName(`${stagingPrefix}0.`)).replace(/pid=\d+/, 'pid=4194305');
    for (const damaged of damages(whole, 25)) {
      await mkdir(join(place, name), { recursive: true });
      await writeFile(join(place, name, 'plan.json'), damaged);
      await expect(clearStagings(place)).rejects.toThrow(/plan\.json is damaged: .* Remove .*, and repeat the command that was stopped\.$/);
    }
  });
});

describe('files of another run', () => {
  const edited = join(folder, 'runs', 'other');
  beforeAll(async () => {
    await mkdir(join(edited, 'checkpoints'), { recursive: true });
    const config = (await readConfig(await findRun(join(folder, 'runs'), 'reference'))) as object;
    await writeFile(join(edited, 'config.json'), sealJson({ ...config, lr: 0.5 }, 2));
    await writeFile(join(edited, 'checkpoints', 'last.safetensors'), await readFile(join(run, 'checkpoints', 'last.safetensors')));
    await writeFile(join(edited, 'metrics.jsonl'), await readFile(join(run, 'metrics.jsonl')));
  });

  test('a checkpoint is refused where the options differ, and taken where only places do', async () => {
    const path = join(edited, 'checkpoints', 'last.safetensors');
    await expect(loadRunCheckpoint(path)).rejects.toThrow(/is not a checkpoint of this run: it was made with other options/);
    const config = (await readConfig(await findRun(join(folder, 'runs'), 'reference'))) as object;
    expect(runIdentity({ ...config, data: 'elsewhere' })).toBe(runIdentity(config));
    expect((await loadRunCheckpoint(join(run, 'checkpoints', 'last.safetensors'))).step).toBe(steps);
  });

  test('metrics are refused', async () => {
    const identity = runIdentity(await readConfig(await findRun(join(folder, 'runs'), 'other')));
    await expect(readMetrics(join(edited, 'metrics.jsonl'), identity)).rejects.toThrow(/is of another run/);
  });
});

test('metrics that end before their checkpoint are refused', async () => {
  const path = join(folder, 'cut.jsonl');
  const lines = (await text(join(run, 'metrics.jsonl'))).split('\n');
  for (const kept of ['', `${lines.slice(0, 3).join('\n')}\n`]) {
    await writeFile(path, kept);
    await expect(MetricsLog.open(path, steps)).rejects.toThrow(
      /cut\.jsonl is cut off: it ends at step \d, and the checkpoint is of step 8\./,
    );
  }
});

test('a report tells of metrics that end before the model of the run', async () => {
  const whole = await text(join(run, 'metrics.jsonl'));
  try {
    for (const kept of ['', whole.split('\n').slice(0, 2).join('\n'), '\0'.repeat(100)]) {
      await writeFile(join(run, 'metrics.jsonl'), kept);
      await expect(facts()).rejects.toThrow(
        /metrics\.jsonl is cut off: it ends at step \d, and the model is of step \d\. Restore the file/,
      );
    }
  } finally {
    await writeFile(join(run, 'metrics.jsonl'), whole);
  }
});

test('lines that end as on Windows are read as they were, and verified', async () => {
  const path = join(folder, 'windows.jsonl');
  const whole = await text(join(run, 'metrics.jsonl'));
  await writeFile(path, whole.replaceAll('\n', '\r\n'));
  expect(await readMetrics(path)).toEqual(await readMetrics(join(run, 'metrics.jsonl')));
  await writeFile(path, whole.replaceAll('\n', '\r\n').replace('"loss":0.', '"loss":1.'));
  await expect(readMetrics(path)).rejects.toThrow(/line 1, is damaged: it does not match its checksum/);
});
