/** Tensors of a safetensors file, as published by open_clip and on the Hugging Face hub. */
import { openSafetensors } from '../../tensors/safetensors.js';
import { floatTensor } from '../../tensors/tensor-data.js';
import { floatingValues, type TensorSource } from './tensor-source.js';

/** @throws UserError when the file cannot be read or breaks the format. */
export async function openSafetensorsSource(path: string): Promise<TensorSource> {
  const file = await openSafetensors(path);
  const tensors = new Map(file.entries.map((entry) => [entry.name, entry]));
  return {
    path,
    tensors,
    async read(name) {
      const entry = tensors.get(name)!;
      return floatTensor(entry.shape, floatingValues(entry.type, await file.read(entry), name, path));
    },
    close: () => file.close(),
  };
}
