/** Where the time of scoring goes, by ONNX Runtime's operators. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomStream } from '#antonym/support/random.js';
import { kernelTimes } from './kernel-times.js';
import { rounded } from './measure.js';
import { randomModelFile } from './random-model.js';

export interface OperatorTime {
  readonly operator: string;
  /** In one call. */
  readonly milliseconds: number;
  readonly sharePercent: number;
}

/** @param side of the crops, pixels @returns the longest first */
export async function profileScoring(backbone: string, crops: number, side: number, threads: number): Promise<OperatorTime[]> {
  const folder = await mkdtemp(join(tmpdir(), 'antonym-bench-'));
  try {
    const random = randomStream('crops of a profile');
    const data = Uint8Array.from({ length: crops * side ** 2 * 3 }, () => random.integer(256));
    const image = { dataType: 'uint8' as const, shape: [crops, side, side, 3], data };
    const times = new Map<string, number>();
    for (const { operator, milliseconds } of await kernelTimes(await randomModelFile(backbone, folder), { image }, threads))
      times.set(operator, (times.get(operator) ?? 0) + milliseconds);
    const whole = [...times.values()].reduce((sum, time) => sum + time, 0);
    return [...times]
      .sort(([, a], [, b]) => b - a)
      .map(([operator, time]) => ({ operator, milliseconds: rounded(time), sharePercent: rounded((100 * time) / whole) }));
  } finally {
    await rm(folder, { recursive: true });
  }
}
