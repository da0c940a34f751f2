/** Repeating a tensor along axes of size 1, so that TensorFlow.js can differentiate it: its own `broadcastTo` stops at four axes. */
import type { Tensor, TensorFlow } from './load-tensorflow.js';

export function broadcastTo(tf: TensorFlow, x: Tensor, shape: number[]): Tensor {
  if (x.shape.join() === shape.join()) return tf.clone(x);
  if (x.dtype === 'bool') return tf.logicalOr(x, tf.zeros(shape, 'bool'));
  return tf.add(x, tf.zeros(shape, x.dtype as 'float32' | 'int32'));
}
