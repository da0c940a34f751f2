/** Keeps the samples of a photograph in the working folder: they take minutes, and an interrupted recipe continues with them. */
import { readFile } from 'node:fs/promises';
import { writeFileAtomically } from '#antonym/support/files/atomic-file.js';

interface Kept {
  /** Without their features. */
  readonly samples: readonly object[];
  /** float32 [samples, features], base64 */
  readonly features: string;
}

/** @param make makes them where none are kept */
export async function keptSamples<T extends { readonly features: Float32Array }>(path: string, make: () => Promise<T[]>): Promise<T[]> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text !== undefined) {
    const { samples, features } = JSON.parse(text) as Kept;
    const bytes = new Uint8Array(Buffer.from(features, 'base64'));
    const values = new Float32Array(bytes.buffer);
    const size = values.length / samples.length;
    return samples.map((sample, index) => ({ ...sample, features: values.subarray(index * size, (index + 1) * size) }) as T);
  }
  const samples = await make();
  const kept: Kept = {
    samples: samples.map(({ features: _, ...sample }) => sample),
    features: Buffer.concat(
      samples.map(({ features }) => new Uint8Array(features.buffer, features.byteOffset, features.byteLength)),
    ).toString('base64'),
  };
  await writeFileAtomically(path, JSON.stringify(kept));
  return samples;
}
