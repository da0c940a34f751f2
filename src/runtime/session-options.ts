/** How ONNX Runtime is set up wherever graphs of training run. */
import type { InferenceSession } from 'onnxruntime-node';
import type { Device } from './device.js';

/**
 * @param threads of the kernels; default: one per physical core
 * @param device where nodes are computed that it has kernels for; the others are computed by the processor
 */
export function sessionOptions(threads?: number, device: Device = 'cpu'): InferenceSession.SessionOptions {
  return {
    graphOptimizationLevel: 'all',
    // A pattern is one block for all tensors of a call, beside what the arena holds from the first call: 1.3 times the memory (CLIP RN50), no time won.
    enableMemPattern: false,
    logSeverityLevel: 3,
    ...(device !== 'cpu' && { executionProviders: [device] }),
    ...(threads !== undefined && { intraOpNumThreads: threads }),
  };
}
