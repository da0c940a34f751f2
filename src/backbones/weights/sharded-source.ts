/** Tensors spread over several safetensors files by an index, as Hugging Face's libraries save large models. */
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { asSentence, UserError } from '../../support/errors.js';
import { fileError } from '../../support/files/file-errors.js';
import { readRegularText } from '../../support/files/regular-file.js';
import { readRows } from './read-rows.js';
import { openSafetensorsSource } from './safetensors-source.js';
import type { StoredTensor, TensorSource } from './tensor-source.js';

/** The file that holds each tensor; files lie beside the index. */
const indexSchema = z.object({
  weight_map: z.record(
    z.string(),
    z
      .string()
      .refine((name) => name === basename(name) && name.endsWith('.safetensors'), 'must be the name of a safetensors file beside it'),
  ),
});

/**
 * @param path of `model.safetensors.index.json` or its like
 * @throws UserError when the index or one of its files cannot be read, breaks its format, or lacks a tensor.
 */
export async function openShardedSource(path: string): Promise<TensorSource> {
  const files = await readIndex(path);
  const shards = new Map<string, TensorSource>();
  const close = async (): Promise<void> => {
    for (const shard of shards.values()) await shard.close();
  };
  try {
    const tensors = new Map<string, StoredTensor>();
    for (const [name, file] of Object.entries(files)) {
      const shard = shards.get(file) ?? (await openSafetensorsSource(join(dirname(path), file)));
      shards.set(file, shard);
      const tensor = shard.tensors.get(name);
      if (!tensor) throw new UserError(`${path} says that ${file} holds the tensor ${name}, but it does not.`);
      tensors.set(name, tensor);
    }
    const shardOf = (name: string): TensorSource => shards.get(files[name]!)!;
    return {
      path,
      tensors,
      read: (name) => shardOf(name).read(name),
      readRows: (name, rows) => readRows(shardOf(name), name, rows),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Names of the files that lie beside an index. @throws UserError when it cannot be read or breaks its format. */
export async function shardsOf(path: string): Promise<string[]> {
  return [...new Set(Object.values(await readIndex(path)))].sort();
}

async function readIndex(path: string): Promise<Record<string, string>> {
  let json: string;
  try {
    json = await readRegularText(path);
  } catch (error) {
    throw fileError('read', path, error);
  }
  const index = indexSchema.safeParse(parseJson(json));
  if (!index.success)
    throw new UserError(
      `${path} is not an index of safetensors files: ${asSentence(z.prettifyError(index.error).replaceAll(/\s+/g, ' '))}`,
    );
  return index.data.weight_map;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
