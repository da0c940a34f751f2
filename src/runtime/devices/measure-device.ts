/** Tests if this machine can compute with a device, and how fast, by computing something there. */
import { Graph } from '../../graph/graph.js';
import { encodeOnnx } from '../../graph/onnx-file.js';
import { messageOf } from '../../support/errors.js';
import { onnxDataTypes } from '../../tensors/onnx-data-types.js';
import { floatTensor } from '../../tensors/tensor-data.js';
import { SessionThread } from '../sessions/session-thread.js';
import { type DeviceSetup, explainHalfPrecision } from './device.js';

/** Speed at which a device multiplies matrices, floating-point operations a second; or the reason why it cannot be used. */
export type MeasuredDevice = { readonly speed: number } | { readonly unavailable: string };

/** Sides of matrices, multiples of 128, grow until a call takes this long: a large GPU shows its speed with large ones; a slow one is not kept busy. */
const growingSides = [128, 256, 512, 1024, 2048];
const enoughMilliseconds = 10;
const products = 4;
/** Calls of a size, of which the fastest counts: whatever else the machine does only slows them. */
const calls = 3;
/** Their squares, 2^-14, are the smallest normal numbers of half precision. */
const blockSide = 128;

export interface MeasureOptions {
  /** Sides of the multiplied matrices, multiples of 128; the speed is that of the last. */
  readonly sides?: readonly number[];
  /** True to compute products in half precision. */
  readonly halfPrecision?: boolean;
}

export async function measureDevice(setup: DeviceSetup, options: MeasureOptions = {}): Promise<MeasuredDevice> {
  const { sides = growingSides, halfPrecision = false } = options;
  const thread = new SessionThread(setup);
  try {
    await thread.load('products', productsModel(halfPrecision));
    let speed = 0;
    for (const side of sides) {
      const milliseconds = await multiply(thread, side);
      speed = (products * 2 * side ** 3) / (milliseconds / 1e3);
      if (milliseconds > enoughMilliseconds) break;
    }
    return { speed };
  } catch (error) {
    return { unavailable: messageOf(explainHalfPrecision(error) ?? error) };
  } finally {
    await thread.close();
  }
}

/** @returns milliseconds of the fastest call @throws Error when the result is wrong. */
async function multiply(thread: SessionThread, side: number): Promise<number> {
  // blocks of equal values 1 / 128 along the diagonal: the matrix is its own square, and its values sum up to its side
  const values = new Float32Array(side * side);
  for (let row = 0; row < side; row++) {
    const first = row - (row % blockSide);
    values.fill(1 / blockSide, row * side + first, row * side + first + blockSide);
  }
  const feeds = { x: floatTensor([side, side], values) };
  // the first call compiles what the device runs
  await thread.run('products', feeds);
  let fastest = Number.POSITIVE_INFINITY;
  for (let call = 0; call < calls; call++) {
    const started = performance.now();
    const { sum } = await thread.run('products', feeds);
    fastest = Math.min(fastest, performance.now() - started);
    const found = Number(sum!.data[0]);
    if (!(Math.abs(found / side - 1) < 1e-3)) throw new Error(`it computes ${found} where ${side} is right`);
  }
  return fastest;
}

/** sum = the sum of all values of x^(products + 1), for a square matrix x. A convolution is in it, since CUDA needs a library more for it. */
function productsModel(halfPrecision: boolean): Uint8Array {
  const graph = new Graph();
  const to = onnxDataTypes[halfPrecision ? 'float16' : 'float32'];
  const factor = graph.add('Cast', [graph.input('x', 'float32', ['side', 'side'])], { to });
  let power = factor;
  for (let product = 0; product < products; product++) power = graph.add('MatMul', [power, factor]);
  const total = graph.add('ReduceSum', [graph.add('Cast', [power], { to: onnxDataTypes.float32 })]);
  const image = graph.add('Unsqueeze', [total, graph.integers(0, 1)]);
  graph.output('sum', graph.add('Conv', [image, graph.constant(floatTensor([1, 1, 1, 1], [1]))]));
  return encodeOnnx(graph);
}
