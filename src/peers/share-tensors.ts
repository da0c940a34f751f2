/** Tensors of one process for all: the state that training starts from. */
import { type DataType, elementArrays, type NamedTensors, type TensorData } from '../tensors/tensor-data.js';
import { shareText } from './agree.js';
import type { Peers } from './peers.js';

/** @param own the tensors of process 0; others give none @returns copies of them, bit by bit */
export async function shareTensors(peers: Peers, own: NamedTensors | undefined): Promise<NamedTensors> {
  const entries = own && Object.entries(own).map(([name, { dataType, shape }]) => ({ name, dataType, shape }));
  const list = JSON.parse(await shareText(peers, entries && JSON.stringify(entries))) as (Omit<TensorData, 'data'> & { name: string })[];
  const tensors: Record<string, TensorData> = {};
  for (const { name, dataType, shape } of list) tensors[name] = { dataType, shape, data: await shareArray(peers, dataType, own?.[name]) };
  return tensors;
}

async function shareArray(peers: Peers, dataType: DataType, own: TensorData | undefined): Promise<TensorData['data']> {
  const bytes = own && new Uint8Array(own.data.buffer, own.data.byteOffset, own.data.byteLength);
  const { buffer, byteLength } = await peers.share(bytes);
  const elements = elementArrays[dataType];
  return new elements(buffer as ArrayBuffer, 0, byteLength / elements.BYTES_PER_ELEMENT);
}
