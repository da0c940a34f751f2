/** Weights of a TensorFlow.js layers model as the npm package nsfwjs holds them: JavaScript modules, weights quantized to bytes. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { TensorData } from '#antonym/tensors/tensor-data.js';

interface Manifest {
  readonly weightsManifest: readonly {
    readonly paths: readonly string[];
    readonly weights: readonly {
      readonly name: string;
      readonly shape: readonly number[];
      readonly dtype: string;
      readonly quantization?: { readonly dtype: string; readonly min: number; readonly scale: number };
    }[];
  }[];
}

/**
 * Reads `model.min.js` and its shards. The modules are executed: give only a folder whose contents were verified.
 * @returns float32 tensors by name, such as `block_1_expand/kernel`, in TensorFlow's layouts
 * @throws Error when a weight is stored in another way, or bytes are missing or left over
 */
export function readLayersModel(folder: string): Map<string, TensorData> {
  const load = createRequire(join(folder, 'model.min.js'));
  const exported = <T>(file: string): T => {
    const module = load(join(folder, file)) as T & { readonly default?: T };
    return module.default ?? module;
  };
  const tensors = new Map<string, TensorData>();
  for (const { paths, weights } of exported<Manifest>('model.min.js').weightsManifest) {
    const bytes = Buffer.concat(paths.map((path) => Buffer.from(exported<string>(`${path}.min.js`), 'base64')));
    let at = 0;
    for (const { name, shape, dtype, quantization } of weights) {
      if (dtype !== 'float32' || quantization?.dtype !== 'uint8') throw new Error(`${name} is not float32 quantised to uint8`);
      const count = shape.reduce((product, size) => product * size, 1);
      if (at + count > bytes.length) throw new Error(`the shards end before ${name}`);
      const { min, scale } = quantization;
      const data = Float32Array.from({ length: count }, (_, index) => min + scale * bytes[at + index]!);
      tensors.set(name, { dataType: 'float32', shape, data });
      at += count;
    }
    if (at !== bytes.length) throw new Error(`the shards have ${bytes.length - at} bytes too many`);
  }
  return tensors;
}
