/** The number of channels that ONNX Runtime blocks together on this machine: it depends on the processor. */
import { Graph } from '../../graph/graph.js';
import { encodeOnnx } from '../../graph/onnx-file.js';
import { blockedOperators } from '../../lowering/cpu/blocked-operators.js';
import { floatTensor } from '../../tensors/tensor-data.js';
import type { SessionThread } from '../sessions/session-thread.js';

/** More than any processor blocks. */
const channels = 64;

/** The size of a block, channels; undefined where ONNX Runtime has no kernels for blocked channels. */
export async function channelBlock(thread: SessionThread): Promise<number | undefined> {
  const graph = new Graph();
  graph.output('blocked', graph.add(blockedOperators.reorderInput, [graph.input('plain', 'float32', [1, channels, 2, 1])]));
  try {
    await thread.load('channel-block', encodeOnnx(graph));
  } catch {
    return undefined;
  }
  // two positions: the second of the first channel, 1, comes after the first block
  const plain = floatTensor(
    [1, channels, 2, 1],
    Float32Array.from({ length: 2 * channels }, (_, index) => index),
  );
  const { blocked } = await thread.run('channel-block', { plain });
  return (blocked!.data as Float32Array).indexOf(1);
}
