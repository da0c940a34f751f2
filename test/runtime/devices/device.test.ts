import { describe, expect, test } from 'vitest';
import { explainDeviceError, isBufferTooLarge, isOutOfMemory, mayBeOutOfMemory } from '#antonym/runtime/devices/device.js';
import { UserError } from '#antonym/support/errors.js';

/** As ONNX Runtime writes it: see microsoft/onnxruntime, onnxruntime/core/providers/cuda/cuda_call.cc. */
function cudaError(failure: string): Error {
  const place =
    '/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:122 std::conditional_t<THRW, void, Status> onnxruntime::CudaCall';
  return new Error(`${place} ${failure} ; GPU=-1 ; hostname=card ; file=cuda_execution_provider.cc ; line=336 ; expr=cudaSetDevice(0); `);
}

describe("a device's refusal", () => {
  test.each([
    [
      'CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version',
      'Install a newer NVIDIA driver: CUDA 12 needs 525 or newer, CUDA 13 needs 580 or newer',
    ],
    [
      'CUDA failure 209: no kernel image is available for execution on the device',
      'The GPU is too old for it (CUDA 13 begins with Turing, of 2018): use webgpu',
    ],
    ['CUDA failure 100: no CUDA-capable device is detected', 'nvidia-smi says whether GPU and driver work'],
    ['CUDNN failure 1001: CUDNN_STATUS_NOT_INITIALIZED', 'nvidia-smi says whether GPU and driver work'],
  ])('%s is said without the place in the source, with what to do', (failure, advice) => {
    expect(explainDeviceError('cuda', cudaError(failure))).toMatchObject({
      ...{ name: 'UserError', code: 'ERR_ANTONYM_NO_DEVICE', message: `CUDA is not available: ${failure}. ${advice}.` },
    });
  });

  test('of a convolution without cuDNN says what to install', () => {
    const error = new Error(
      "Non-zero status code returned while running Conv node. Name:'conv_1' Status Message: /onnxruntime_src/onnxruntime/core/providers/cuda/cuda_kernel.h:272 " +
        'static cudnnContext* onnxruntime::cuda::CudaKernel::RequireCudnnHandle(cudnnHandle_t) [ONNXRuntimeError] : 9 : NOT_IMPLEMENTED : cuDNN is unavailable ' +
        'or disabled for CUDA Execution Provider: dlopen failed for libcudnn.so: libcudnn.so: cannot open shared object file: No such file or directory',
    );
    const explained = explainDeviceError('cuda', error);
    expect(explained).toBeInstanceOf(UserError);
    expect(explained.message).toMatch(/^CUDA is not available: cuDNN cannot be loaded. Install cuDNN 9/);
    expect(explainDeviceError('cpu', error)).toBe(error);
  });

  test.each([
    'CUDA failure 2: out of memory',
    'CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED',
    'CUDNN failure 4002: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED',
  ])('%s is about memory: a smaller batch may fit', (failure) => {
    const error = cudaError(failure);
    expect(isOutOfMemory(error)).toBe(true);
    expect(explainDeviceError('cuda', error)).toBe(error);
  });

  test('of a convolution whose tensors take several bindings may be about their size', () => {
    const error = new Error("running Conv node. Name:'conv_1' Status Message: absl::container_internal::raw_hash_map<>::at");
    expect([isOutOfMemory(error), mayBeOutOfMemory(error), isBufferTooLarge(error)]).toEqual([false, true, true]);
  });

  test('is left as it is where it is about something else', () => {
    const error = new Error('Invalid model');
    for (const device of ['cpu', 'webgpu', 'cuda'] as const) expect(explainDeviceError(device, error)).toBe(error);
    expect(mayBeOutOfMemory(error)).toBe(false);
  });
});
