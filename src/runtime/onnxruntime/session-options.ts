/** Setup of ONNX Runtime wherever graphs run: the device with its provider's options, and everything else. */
import { messageOf } from '../../support/errors.js';
import type { DeviceSetup } from '../devices/device.js';
import { explainProviderOptions } from '../devices/provider-options.js';
import { onnxRuntime } from './library.js';

/** Nodes that the device has no kernels for are computed by the processor. */
export interface SessionSettings extends DeviceSetup {
  /** Threads of the kernels; default: one per physical core. */
  readonly threads?: number | undefined;
  /** True when nodes that the device has no kernels for are an error. */
  readonly isStrict?: boolean;
  /** True where nodes are run as the model has them, which rounds in another way. */
  readonly isPlain?: boolean;
  /**
   * True when threads of kernels that have nothing to do leave the core to others after 20 microseconds, which is longer than most kernels
   * are apart. By default they wait in a loop for a millisecond and more, which answers sooner after a pause.
   */
  readonly leavesCores?: boolean;
  /** Path prefix of a profile, if one is wanted. */
  readonly profile?: string;
}

/** Optimization of a model's graph: every rewriting that ONNX Runtime has. */
const [noOptimization, allOptimizations] = [0, 99];

/** @returns ONNX Runtime's object, which the caller releases @throws Error when a provider is missing, or refuses an option. */
export function makeSessionOptions(settings: SessionSettings): bigint {
  const { device, threads, providerOptions = {}, isStrict = false, isPlain = false, leavesCores = false, profile } = settings;
  const runtime = onnxRuntime();
  const options = runtime.CreateSessionOptions();
  try {
    runtime.SetSessionGraphOptimizationLevel(options, isPlain ? noOptimization : allOptimizations);
    // A pattern is one block for all tensors of a call, beside what the arena holds from the first call: 1.3 times the memory (CLIP RN50), no time won.
    runtime.DisableMemPattern(options);
    if (threads !== undefined) runtime.SetIntraOpNumThreads(options, threads);
    if (isStrict) runtime.AddSessionConfigEntry(options, 'session.disable_cpu_ep_fallback', '1');
    if (leavesCores) runtime.AddSessionConfigEntry(options, 'session.intra_op.spin_duration_us', '20');
    if (profile !== undefined) runtime.EnableProfiling(options, profile);
    const [names, values] = [Object.keys(providerOptions), Object.values(providerOptions)];
    if (device === 'webgpu') explained(() => runtime.SessionOptionsAppendExecutionProvider(options, 'WebGPU', names, values, names.length));
    if (device === 'cuda') {
      const cuda = runtime.CreateCUDAProviderOptions();
      try {
        explained(() => runtime.UpdateCUDAProviderOptions(cuda, names, values, names.length));
        runtime.SessionOptionsAppendExecutionProvider_CUDA_V2(options, cuda);
      } finally {
        runtime.ReleaseCUDAProviderOptions(cuda);
      }
    }
    return options;
  } catch (error) {
    runtime.ReleaseSessionOptions(options);
    throw error;
  }
}

function explained(setUp: () => void): void {
  try {
    setUp();
  } catch (error) {
    // CUDA counts the devices to check an option
    throw /CUDA failure/.test(messageOf(error)) ? error : explainProviderOptions(error);
  }
}
