/** Devices that compute graphs, and the meaning of their refusals. */
import { UserError } from '../../support/errors.js';
import type { Device } from './device-names.js';

/** Options of the provider that computes on a device, by ONNX Runtime's names. */
export type ProviderOptions = Readonly<Record<string, string>>;

/** A device, and the setup of its provider. */
export interface DeviceSetup {
  readonly device: Device;
  /** Default: as ONNX Runtime has it. */
  readonly providerOptions?: ProviderOptions;
}

const webgpuNeeds: Partial<Record<NodeJS.Platform, string>> = {
  linux:
    "It needs Vulkan: the loader (libvulkan1 on Debian and Ubuntu) and the driver of your GPU's maker; vulkaninfo --summary lists what it finds.",
  darwin: 'It needs Metal.',
  win32: 'It needs a driver for Direct3D 12.',
};

/** @throws UserError when a device is known to be missing, before ONNX Runtime tries it. */
export async function requireDevice(device: Device): Promise<void> {
  if (device !== 'cuda') return;
  // loaded here: who only reads errors of devices needs no native binding
  const { missingForCuda } = await import('./cuda-libraries.js');
  const missing = await missingForCuda();
  if (missing !== undefined) throw notAvailable(`CUDA is not available: ${missing}.`);
}

/** ONNX Runtime's refusal of a device, in words that a person can act on. @returns the error itself where it is about something else */
export function explainDeviceError(device: Device, error: Error): Error {
  if (device === 'webgpu' && error.message.includes('WebGPU adapter')) {
    return notAvailable(`WebGPU is not available: there is no GPU that it can use. ${webgpuNeeds[process.platform] ?? ''}`.trimEnd());
  }
  if (device === 'cuda') {
    // before it ONNX Runtime says where in its source, after it on which host
    if (withoutCudnn.test(error.message)) {
      return notAvailable(
        'CUDA is not available: cuDNN cannot be loaded. Install cuDNN 9 for the CUDA that the provider needs, or add its folder to LD_LIBRARY_PATH.',
      );
    }
    const failure =
      /(CUDA|CUBLAS|CUDNN) failure \d+: [^;\n]*/.exec(error.message)?.[0] ?? /.*load shared library.*/i.exec(error.message)?.[0];
    if (failure !== undefined && !isOutOfMemory(error))
      return notAvailable(`CUDA is not available: ${failure.trim()}. ${adviceForCuda(failure)}.`);
  }
  return error;
}

function notAvailable(message: string): UserError {
  return new UserError(message, { code: 'ERR_ANTONYM_NO_DEVICE' });
}

/** The first convolution's error if there is no cuDNN: ONNX Runtime loads it only then (from 1.29 on). */
const withoutCudnn = /cuDNN is unavailable/i;

function adviceForCuda(failure: string): string {
  if (failure.includes('driver version is insufficient'))
    return 'Install a newer NVIDIA driver: CUDA 12 needs 525 or newer, CUDA 13 needs 580 or newer';
  if (failure.includes('no kernel image')) return 'The GPU is too old for it (CUDA 13 begins with Turing, of 2018): use webgpu';
  return 'nvidia-smi says whether GPU and driver work';
}

/** Advice for a call that failed because a GPU cannot compute in half precision. @returns undefined if it failed for another reason */
export function explainHalfPrecision(error: unknown): UserError | undefined {
  if (!(error instanceof Error && error.message.includes('requires f16 but the device does not support it'))) return undefined;
  return notAvailable('The GPU, or its driver, does not compute in half precision (WebGPU calls it shader-f16): use --precision fp32.');
}

/**
 * True when a call failed because its device has too little memory, or because one tensor is larger than its buffers may be. WebGPU
 * reports what it cannot allocate only where it is used.
 */
export function isOutOfMemory(error: unknown): error is Error {
  return error instanceof Error && (outOfMemory.test(error.message) || bufferTooLarge.test(error.message));
}

/**
 * True when a call may have failed for the same reason: WebGPU reports it late, and at times for a later object, such as a shader, or
 * the driver gives up. That a smaller batch runs is the proof.
 */
export function mayBeOutOfMemory(error: unknown): error is Error {
  if (isOutOfMemory(error)) return true;
  return (
    error instanceof Error &&
    (missingPart.test(error.message) || /is invalid due to a previous error|device (is|was) lost/i.test(error.message))
  );
}

/** True when the device may have enough memory, but not in one piece. */
export function isBufferTooLarge({ message }: Error): boolean {
  return bufferTooLarge.test(message) || missingPart.test(message);
}

const outOfMemory =
  /out of memory|failed to allocate memory|bad_alloc|CUDA failure 2:|_ALLOC(ATION)?_FAILED|Failed to create GPU buffer|\[Invalid Buffer .*is invalid due to a previous error/i;
const bufferTooLarge = /exceeds the max buffer size|exceeding maxStorageBufferBindingSize|too many storage buffers/i;
/** Conv's error for a tensor bound in several parts, each as large as a binding may be; it may have other causes, too. */
const missingPart = /raw_hash_map<>::at/;
