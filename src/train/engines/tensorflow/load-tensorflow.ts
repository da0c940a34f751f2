/** TensorFlow.js as the user has it: with TensorFlow's GPU or CPU library, or in pure JavaScript. None is a dependency of this program. */
import { createRequire } from 'node:module';
import type * as tensorflow from '@tensorflow/tfjs';
import { messageOf, systemCodeOf, UserError } from '../../../support/errors.js';

export type TensorFlow = typeof tensorflow;
export type Tensor = tensorflow.Tensor;
export type Variable = tensorflow.Variable;
export type Scalar = tensorflow.Scalar;
export type Tensor1D = tensorflow.Tensor1D;
/** [N, H, W, C] or filters [kh, kw, C, M]. */
export type Tensor4D = tensorflow.Tensor4D;

export interface LoadedTensorFlow {
  readonly tf: TensorFlow;
  /** A note for the user before training starts: how slow it will be. */
  readonly notice: string | undefined;
}

/** Requirements of TensorFlow 2.9, on which the packages for Node.js are built. */
export const gpuRequirements =
  'CUDA 11.2 and cuDNN 8.1 for NVIDIA GPUs up to Ampere (compute capability 3.5 to 8.6); Ada is not supported, Hopper and newer cannot be used';

/** Fastest first; the last one is in pure JavaScript. */
const packages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node', '@tensorflow/tfjs'] as const;
type Package = (typeof packages)[number];

/**
 * @param load by name of the package; throws MODULE_NOT_FOUND where it is not installed
 * @throws UserError when no package is installed, or one is that does not work.
 */
export async function loadTensorFlow(load: (name: string) => unknown = createRequire(import.meta.url)): Promise<LoadedTensorFlow> {
  for (const name of packages) {
    const found = loadPackage(load, name);
    if (found === undefined) continue;
    const tf = found as TensorFlow;
    // no advice to install other packages: ours is there
    tf.enableProdMode();
    await tf.ready();
    return { tf, notice: noticeOf(tf, name) };
  }
  throw new UserError(
    'TensorFlow.js is not installed. Add it with npm install --no-save --ignore-scripts=false @tensorflow/tfjs-node-gpu ' +
      `(${gpuRequirements}) or @tensorflow/tfjs-node, or train with --engine onnxruntime.`,
  );
}

/** @returns undefined where it is not installed */
function loadPackage(load: (name: string) => unknown, name: string): unknown {
  try {
    return load(name);
  } catch (error) {
    const isMissing = systemCodeOf(error) === 'MODULE_NOT_FOUND' && messageOf(error).includes(`'${name}'`);
    if (isMissing) return undefined;
    const reason = messageOf(error)
      .split('\n')[0]!
      .replace(/[. ]+$/, '');
    throw new UserError(
      `${name} is installed but cannot be loaded: ${reason}. Its install script fetches TensorFlow's library: ` +
        `npm rebuild ${name} --ignore-scripts=false. Or remove the package.`,
    );
  }
}

/** TensorFlow's GPU build computes on the processor where it finds no GPU, and says so only in its log. */
function noticeOf(tf: TensorFlow, name: Package): string | undefined {
  if (name === '@tensorflow/tfjs') {
    return (
      'TensorFlow.js computes in pure JavaScript, hundreds of times slower than ONNX Runtime: ' +
      'install @tensorflow/tfjs-node, or train with --engine onnxruntime'
    );
  }
  const { isUsingGpuDevice } = tf.backend() as { isUsingGpuDevice?: boolean };
  const isIdle = name === '@tensorflow/tfjs-node-gpu' && isUsingGpuDevice === false;
  return isIdle ? `${name} found no GPU that it can use and computes on the processor. It needs ${gpuRequirements}` : undefined;
}
