/** How ONNX Runtime is set up wherever graphs of training run. */
import type { InferenceSession } from 'onnxruntime-node';

/** @param threads of the kernels; default: one per physical core */
export function sessionOptions(threads?: number): InferenceSession.SessionOptions {
  return {
    graphOptimizationLevel: 'all',
    // A pattern is one block for all tensors of a call, beside what the arena holds from the first call: 1.3 times the memory (CLIP RN50), no time won.
    enableMemPattern: false,
    logSeverityLevel: 3,
    ...(threads !== undefined && { intraOpNumThreads: threads }),
  };
}
