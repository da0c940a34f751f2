/** Options of training that say where and how precisely steps are computed. */
import { deviceNames } from '../../runtime/devices/device-names.js';
import { noProviderOptions } from '../../runtime/devices/provider-options.js';
import { oneOf, text, wholeNumber } from '../../support/options/option-kinds.js';
import type { NumberDefault, TrainOptionGroup } from './train-option.js';

const workers: NumberDefault = {
  text: 'processors - 1',
  derive: ({ cores }) => Math.min(16, Math.max(1, cores - 1)),
};

export const deviceOptions = {
  device: {
    kind: oneOf(deviceNames),
    placeholder: 'NAME',
    description: 'device: cpu, webgpu, cuda or auto',
    details:
      'ONNX Runtime computes the steps there: on the processor, any GPU, an NVIDIA GPU, or the fastest of them that is there. The command ' +
      '"devices" lists what this machine offers. Can be changed on resume.',
    default: 'cpu',
    reason: 'is always there',
    changesResult: false,
  },
  precision: {
    kind: oneOf(['fp32', 'mixed']),
    placeholder: 'fp32|mixed',
    description: 'precision of the steps',
    details: 'Mixed: products in half precision; weights, sums and AdamW in float32, with a loss scale.',
    default: 'fp32',
    reason: 'every device agrees with the others to rounding; mixed takes less time and memory on GPUs that have half precision',
    changesResult: true,
  },
  tf32: {
    kind: oneOf(['on', 'off']),
    placeholder: 'on|off',
    description: 'faster products on CUDA, less precise',
    details: 'With --device cuda, the factors of products are rounded to 10 bits (TF32): faster on Ampere and newer.',
    default: 'off',
    reason: 'then every device agrees with the others to rounding',
    changesResult: true,
  },
  graphCapture: {
    kind: oneOf(['on', 'off']),
    placeholder: 'on|off',
    description: 'record and replay launches of a GPU',
    details:
      'With --device webgpu or cuda, the launches of the first step are recorded and replayed, which cuts CPU launch time to a fraction.',
    default: 'off',
    reason:
      'the device must compute the whole model, with kernels that can be recorded; the first replay is compared with what was recorded',
    changesResult: false,
  },
  providerOptions: {
    kind: text('name=value pairs separated by commas, or none'),
    placeholder: 'K=V,...',
    description: "options of the device's provider",
    details: "They are those of ONNX Runtime's provider for cuda or webgpu, by its names, such as device_id=1 for the second card of CUDA.",
    default: noProviderOptions,
    reason: "ONNX Runtime's defaults",
    changesResult: false,
  },
  engine: {
    kind: oneOf(['onnxruntime', 'tensorflow']),
    placeholder: 'NAME',
    description: 'engine: onnxruntime or tensorflow',
    details:
      'It computes the steps; results agree within rounding. TensorFlow.js needs @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node. ' +
      'Can be changed on resume.',
    default: 'onnxruntime',
    reason: 'is installed with this program',
    changesResult: false,
  },
  workers: {
    kind: wholeNumber({ min: 1, max: 64 }),
    placeholder: 'N',
    description: 'threads that make crops',
    details: 'The result does not depend on it.',
    default: workers,
    reason: 'one is left for the training step',
    changesResult: false,
  },
} satisfies TrainOptionGroup;
