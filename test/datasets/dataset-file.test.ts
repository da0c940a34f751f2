import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { datasetFileJsonSchema, parseDatasetFile, readBenchmarks, readDatasetFiles } from '#antonym/datasets/dataset-file.js';

const procedural = { kind: 'procedural', count: 3, width: 768, height: 512 };

function parse(datasets: unknown): unknown {
  return parseDatasetFile(JSON.stringify({ datasets }), 'datasets.json');
}

test('datasets.schema.json is what the validation generates', async () => {
  const committed: unknown = JSON.parse(await readFile(new URL('../../datasets.schema.json', import.meta.url), 'utf8'));
  expect(committed).toEqual(datasetFileJsonSchema());
});

test("the package's own file is valid, whatever the working folder is", async () => {
  const datasets = await readDatasetFiles('/');
  expect([...datasets.keys()]).toEqual(['scenes', 'procedural', 'kadis700k', 'kodak']);
  expect(datasets.get('kadis700k')).toMatchObject({ kind: 'folder', path: expect.stringMatching(/^\/.*datasets\/kadis700k$/) });
});

test.each([
  [
    'an unknown key',
    { mine: { ...procedural, licnce: 'MIT' } },
    'datasets.json: unknown key "licnce" in datasets.mine. Did you mean "licence"?',
  ],
  [
    'a key of the other kind',
    { mine: { ...procedural, path: '.' } },
    /^datasets\.json: unknown key "path" in datasets\.mine\. Known: kind, .*width, height, look\.$/,
  ],
  ['a missing key', { mine: { kind: 'folder' } }, 'datasets.json: datasets.mine.path: expected string, received undefined.'],
  ['an unknown kind', { mine: { kind: 'archive' } }, 'datasets.json: datasets.mine.kind must be "procedural" or "folder".'],
  ['no kind', { mine: {} }, 'datasets.json: datasets.mine.kind must be "procedural" or "folder".'],
  [
    'a number out of range',
    { mine: { ...procedural, count: 0 } },
    'datasets.json: datasets.mine.count: Too small: expected number to be >=1.',
  ],
  ['no dataset', { mine: 7 }, 'datasets.json: datasets.mine: expected object, received number.'],
])('%s is one line naming the key', (_, datasets, message) => {
  expect(() => parse(datasets)).toThrow(message);
});

test('benchmarks are known by name, and their errors name the key too', async () => {
  const benchmarks = await readBenchmarks('/');
  expect(benchmarks.get('clive')).toMatchObject({
    path: expect.stringMatching(/^\/.*datasets\/ChallengeDB_release$/),
    images: { count: 1162 },
  });
  const { path: _, ...clive } = benchmarks.get('clive')!;
  const parseBenchmark = (changes: object) => () =>
    parseDatasetFile(JSON.stringify({ datasets: {}, benchmarks: { mine: { ...clive, path: '.', ...changes } } }), 'datasets.json');
  expect(parseBenchmark({})().benchmarks?.mine).toMatchObject({ path: '.', direction: 'higher is better' });
  expect(parseBenchmark({ driection: 'x' })).toThrow(
    'datasets.json: unknown key "driection" in benchmarks.mine. Did you mean "direction"?',
  );
  expect(parseBenchmark({ layout: { format: 'pdf' } })).toThrow(
    /benchmarks\.mine\.layout.* is not a known layout: see datasets\.schema\.json\.$/,
  );
  expect(parseBenchmark({ direction: 'up' })).toThrow(/^datasets\.json: benchmarks\.mine\.direction: [^\n]+$/);
});

test('a file that is not JSON is one line', () => {
  expect(() => parseDatasetFile('{\n  "datasets": {,\n}', 'mine/datasets.json')).toThrow(
    /^mine\/datasets\.json is not valid JSON: [^\n]+\.$/,
  );
});

test('an unknown key at the top is named', () => {
  expect(() => parseDatasetFile('{"dataset": {}, "datasets": {}}', 'datasets.json')).toThrow(
    /^datasets\.json: unknown key "dataset"\. Did you mean "datasets"\?$/,
  );
});
