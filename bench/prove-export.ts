/** Proof that a published checkpoint, exported by the command that users type, scores as PyTorch does with the same file. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { TensorSource } from '#antonym/backbones/weights/tensor-source.js';
import { UserError } from '#antonym/support/errors.js';

/**
 * Exports `qualiclip.pth` of a folder and scores the images of the proof with the file, one by one.
 * @param expected holds `image.<n>` [1, height, width, 3] and their `scores`
 * @returns the largest difference of a score, and the sizes
 */
export async function proveExport(
  backbone: string,
  folder: string,
  expected: TensorSource,
): Promise<{ readonly error: number; readonly sizes: readonly string[] }> {
  const exported = join(folder, 'exported');
  await runExport(['--backbone', backbone, '--weights', join(folder, 'qualiclip.pth'), '--out', exported]);
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  const session = await InferenceSession.create(join(exported, 'model.onnx'));
  const scores = (await expected.read('scores')).data;
  const sizes: string[] = [];
  let error = 0;
  for (const [index, score] of Array.from(scores, Number).entries()) {
    const { shape, data } = await expected.read(`image.${index}`);
    const results = await session.run({ image: new Tensor('uint8', Uint8Array.from(data as Float32Array), shape) });
    const difference = Math.abs(Number(results.score!.data[0]) - score);
    error = Number.isNaN(difference) ? difference : Math.max(error, difference);
    sizes.push(`${shape[2]}x${shape[1]}`);
  }
  await session.release();
  return { error, sizes };
}

async function runExport(flags: readonly string[]): Promise<void> {
  const program = fileURLToPath(new URL('../cli.js', import.meta.url));
  const child = spawn(process.execPath, [program, 'export', ...flags], { stdio: ['ignore', 'ignore', 2] });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new UserError(`antonym export ${flags.join(' ')} failed`);
}
