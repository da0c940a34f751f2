import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MetricsLog, readMetrics } from '#antonym/runs/metrics-log.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const folder = await temporaryFolder();
const step = (number: number) => ({ kind: 'step', step: number, loss: 1 / number });

async function write(path: string, afterStep: number, steps: readonly number[]): Promise<void> {
  const log = await MetricsLog.open(path, afterStep);
  for (const number of steps) await log.append(step(number));
  await log.sync();
  await log.close();
}

describe('metrics', () => {
  test('resumed after a step, the file equals that of an uninterrupted run', async () => {
    const [whole, resumed] = [join(folder, 'whole'), join(folder, 'resumed')];
    await write(whole, 0, [1, 2, 3, 4]);
    await write(resumed, 0, [1, 2, 3]);
    await appendFile(resumed, '{"kind":"step","st');
    await write(resumed, 2, [3, 4]);
    expect(await readFile(resumed, 'utf8')).toBe(await readFile(whole, 'utf8'));
    expect(await readMetrics(resumed)).toEqual([1, 2, 3, 4].map(step));
  });

  test('a row that lacks only its line break was not finished', async () => {
    const path = join(folder, 'unfinished');
    await writeFile(path, '{"kind":"step","step":1}\n{"kind":"step","step":2}');
    expect(await readMetrics(path)).toEqual([{ kind: 'step', step: 1 }]);
    await write(path, 1, [2]);
    expect(await readMetrics(path)).toEqual([{ kind: 'step', step: 1 }, step(2)]);
  });

  test('a missing file has no rows, and a number that is not finite is null', async () => {
    const path = join(folder, 'new');
    expect(await readMetrics(path)).toEqual([]);
    const log = await MetricsLog.open(path, 0);
    await log.append({ kind: 'step', step: 1, loss: Number.NaN });
    await log.close();
    expect(await readMetrics(path)).toEqual([{ kind: 'step', step: 1, loss: null }]);
  });

  test.each(['x', '[]', 'null', '{"kind":"step"}', ''])('names the damaged line %j', async (line) => {
    const path = join(folder, 'damaged');
    await writeFile(path, `{"kind":"step","step":1}\n${line}\n{"kind":"step","step":3}\n`);
    await expect(readMetrics(path)).rejects.toThrow(/damaged, line 2, is damaged: expected an object with "kind" and "step"/);
    await expect(MetricsLog.open(path, 1)).rejects.toThrow(/line 2/);
  });
});
