/** Whether this machine can compute with a device, and how fast, found by computing something there. */
import onnxProto from 'onnx-proto';
import { messageOf } from '../support/errors.js';
import type { Device } from './device.js';
import { SessionThread } from './session-thread.js';
import { floatTensor } from './tensor-data.js';

/** How fast a device multiplies matrices, floating-point operations a second; or why it cannot be used. */
export type MeasuredDevice = { readonly speed: number } | { readonly unavailable: string };

/** Sides of matrices, until a call takes so long: a large GPU shows its speed with large ones, and a slow one is not kept busy. */
const growingSides = [128, 256, 512, 1024, 2048];
const enoughMilliseconds = 10;
const products = 4;

/** @param sides of the matrices that are multiplied; the speed is that of the last */
export async function measureDevice(device: Device, sides: readonly number[] = growingSides): Promise<MeasuredDevice> {
  const thread = new SessionThread({ device });
  try {
    await thread.load('products', productsModel());
    let speed = 0;
    for (const side of sides) {
      const milliseconds = await multiply(thread, side);
      speed = (products * 2 * side ** 3) / (milliseconds / 1e3);
      if (milliseconds > enoughMilliseconds) break;
    }
    return { speed };
  } catch (error) {
    return { unavailable: messageOf(error) };
  } finally {
    await thread.close();
  }
}

/** @returns milliseconds @throws Error when the result is wrong. */
async function multiply(thread: SessionThread, side: number): Promise<number> {
  // a matrix of equal values 1 / side is its own square, and its values sum up to its side
  const feeds = { x: floatTensor([side, side], new Float32Array(side * side).fill(1 / side)) };
  // the first call compiles what the device runs
  await thread.run('products', feeds);
  const started = performance.now();
  const { sum } = await thread.run('products', feeds);
  const milliseconds = performance.now() - started;
  const found = Number(sum!.data[0]);
  if (!(Math.abs(found / side - 1) < 1e-3)) throw new Error(`it computes ${found} where ${side} is right`);
  return milliseconds;
}

/** sum = the sum of all values of x^(products + 1), for a square matrix x. */
function productsModel(): Uint8Array {
  const { onnx } = onnxProto;
  const float32 = { tensorType: { elemType: onnx.TensorProto.DataType.FLOAT } };
  const powers = Array.from({ length: products + 1 }, (_, index) => (index === 0 ? 'x' : `x${index}`));
  const graph = {
    name: 'products',
    node: [
      ...powers.slice(1).map((output, index) => ({ opType: 'MatMul', input: [powers[index]!, 'x'], output: [output] })),
      { opType: 'ReduceSum', input: [powers.at(-1)!], output: ['sum'] },
    ],
    input: [{ name: 'x', type: float32 }],
    output: [{ name: 'sum', type: float32 }],
  };
  const model = onnx.ModelProto.fromObject({ irVersion: 8, opsetImport: [{ domain: '', version: 18 }], graph });
  return onnx.ModelProto.encode(model).finish();
}
