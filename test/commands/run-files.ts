/** The files of runs, as far as they must be equal for equal runs. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type MetricsRow, readMetrics } from '#antonym/runs/metrics-log.js';

const wholeFiles = [
  'checkpoints/last.safetensors',
  'checkpoints/best.safetensors',
  'export/model.onnx',
  'export/model.json',
  'export/parity.json',
  'export/MODEL_CARD.md',
  'held-out/scores.json',
  'previews/step-1.png',
] as const;

/** Digests of everything that a finished run made, and its metrics without timings. */
export async function resultsOf(run: string): Promise<Record<string, unknown>> {
  const digests = await Promise.all(wholeFiles.map(async (file) => [file, await digestOf(join(run, file))]));
  return { ...Object.fromEntries(digests), metrics: (await metricsOf(run)).map(({ timings: _, ...row }) => row) };
}

export function metricsOf(run: string): Promise<MetricsRow[]> {
  return readMetrics(join(run, 'metrics.jsonl'));
}

/** The number of steps in the metrics of a run. */
export async function stepsOf(run: string): Promise<number> {
  return (await metricsOf(run)).filter(({ kind }) => kind === 'step').length;
}

export async function digestOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}
