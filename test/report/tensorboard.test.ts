import { execFileSync, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { eventFile } from '#antonym/report/tensorboard.js';
import type { MetricsRow } from '#antonym/runs/metrics-log.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const folder = await temporaryFolder();
const reader = fileURLToPath(new URL('golden/read_events.py', import.meta.url));
/** Debian's Python has its packages whatever other Python comes first in the path. */
const pythons = ['python3', '/usr/bin/python3'];
const withProtobuf = pythons.find((python) => spawnSync(python, ['-c', 'import google.protobuf']).status === 0);
const withTensorboard = pythons.find((python) => spawnSync(python, ['-c', 'import tensorboard']).status === 0);

const rows: MetricsRow[] = [
  { kind: 'step', step: 1, loss: 0.5, learningRate: 1e-6, timings: { stepMilliseconds: 500, imagesPerSecond: 90 } },
  { kind: 'step', step: 2, loss: null, learningRate: 2e-6, timings: { stepMilliseconds: 1500, imagesPerSecond: 80 } },
  { kind: 'evaluation', step: 2, srcc: -0.25, ordered: 0.75, perDistortion: { jpeg: { srcc: -1, ordered: 1 } } },
  { kind: 'step', step: 3_000_000_000, loss: 0.25, learningRate: 0, timings: {} },
];
const started = 1_700_000_000;
const expected = [
  { time: started, version: 'brain.Event:2' },
  { time: started + 0.5, step: 1, tag: 'step/loss', value: 0.5 },
  { time: started + 0.5, step: 1, tag: 'step/learningRate', value: Math.fround(1e-6) },
  { time: started + 0.5, step: 1, tag: 'timings/stepMilliseconds', value: 500 },
  { time: started + 0.5, step: 1, tag: 'timings/imagesPerSecond', value: 90 },
  { time: started + 2, step: 2, tag: 'step/learningRate', value: Math.fround(2e-6) },
  { time: started + 2, step: 2, tag: 'timings/stepMilliseconds', value: 1500 },
  { time: started + 2, step: 2, tag: 'timings/imagesPerSecond', value: 80 },
  { time: started + 2, step: 2, tag: 'evaluation/srcc', value: -0.25 },
  { time: started + 2, step: 2, tag: 'evaluation/ordered', value: 0.75 },
  { time: started + 2, step: 2, tag: 'srcc/jpeg', value: -1 },
  { time: started + 2, step: 2, tag: 'ordered/jpeg', value: 1 },
  { time: started + 2, step: 3_000_000_000, tag: 'step/loss', value: 0.25 },
  { time: started + 2, step: 3_000_000_000, tag: 'step/learningRate', value: 0 },
];

test.skipIf(withProtobuf === undefined)(
  'protobuf and a reader of TFRecords that is not ours find every number (needs python3-protobuf)',
  async () => {
    const path = join(folder, 'events.out.tfevents.test');
    await writeFile(path, eventFile(rows, started));
    const lines = execFileSync(withProtobuf!, [reader, path], { encoding: 'utf8' }).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(expected);
  },
);

test.skipIf(withTensorboard === undefined)('so does TensorBoard (needs its Python package)', async () => {
  await writeFile(join(folder, 'events.out.tfevents.test'), eventFile(rows, started));
  const script = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0}).Reload()
print(json.dumps({tag: [[e.wall_time, e.step, e.value] for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}))`;
  const read = JSON.parse(
    execFileSync(withTensorboard!, ['-c', script, folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  const scalars = expected.filter((event): event is { time: number; step: number; tag: string; value: number } => 'tag' in event);
  const tags = [...new Set(scalars.map(({ tag }) => tag))];
  expect(Object.keys(read).sort()).toEqual([...tags].sort());
  for (const tag of tags)
    expect(read[tag]).toEqual(scalars.filter((event) => event.tag === tag).map(({ time, step, value }) => [time, step, value]));
});

test('a file without metrics says its version only; its first bytes are those that TensorFlow writes', () => {
  const file = Buffer.from(eventFile([], started));
  expect(file.length).toBe(12 + 24 + 4);
  // length 24 and its masked CRC-32C, as in every event file of TensorFlow
  expect(file.subarray(0, 12).toString('hex')).toBe('1800000000000000a37f4b22');
});
