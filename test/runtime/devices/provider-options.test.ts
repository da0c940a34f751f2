import { describe, expect, test } from 'vitest';
import { explainProviderOptions, parseProviderOptions } from '#antonym/runtime/devices/provider-options.js';

describe('--provider-options', () => {
  test('are names and values, whatever the values are', () => {
    expect(parseProviderOptions('none', 'cpu')).toEqual({});
    expect(parseProviderOptions('device_id=1, gpu_mem_limit = 8589934592', 'cuda')).toEqual({
      device_id: '1',
      gpu_mem_limit: '8589934592',
    });
    expect(parseProviderOptions('preferredLayout=NCHW,forceCpuNodeNames=a=b', 'webgpu')).toEqual({
      preferredLayout: 'NCHW',
      forceCpuNodeNames: 'a=b',
    });
  });

  test.each([
    ['device_id=1', 'cpu', '--provider-options are for --device webgpu or cuda, but received cpu.'],
    ['device_id=1', 'auto', '--provider-options are for --device webgpu or cuda, but received auto.'],
    ['device_id', 'cuda', 'must be name=value pairs separated by commas, but received device_id.'],
    ['device_id=1,', 'cuda', 'must be name=value pairs separated by commas, but received nothing.'],
    ['device_id=', 'cuda', 'must be name=value pairs separated by commas, but received device_id=.'],
    ['device_id=1,device_id=2', 'cuda', '--provider-options has device_id twice. Remove one.'],
    ['use_tf32=1', 'cuda', 'use --tf32 instead of use_tf32.'],
    ['enableGraphCapture=1', 'webgpu', 'use --graph-capture instead of enableGraphCapture.'],
    ['preferedLayout=NHWC', 'webgpu', 'WebGPU has no option preferedLayout. Did you mean "preferredLayout"?'],
  ] as const)('%s with %s is refused', (text, device, message) => {
    expect(() => parseProviderOptions(text, device)).toThrow(message);
  });

  // as ONNX Runtime 1.30 and its CUDA provider of 1.29 say it
  test.each([
    [
      '/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_execution_provider_info.cc:62 static onnxruntime::CUDAExecutionProviderInfo ' +
        'onnxruntime::CUDAExecutionProviderInfo::FromProviderOptions(const onnxruntime::ProviderOptions&) [ONNXRuntimeError] : 1 : FAIL : ' +
        'provider_options_utils.h:187 Parse Failed to parse provider option "device_id": cuda_execution_provider_info.cc:70 operator() ' +
        'Invalid device ID: 3, must be between 0 (inclusive) and 1 (exclusive).\n',
      'Failed to parse provider option "device_id": Invalid device ID: 3, must be between 0 (inclusive) and 1 (exclusive).',
    ],
    [
      '/onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_provider_factory.cc:297 onnxruntime::{anonymous}::ParseWebGpuContextConfig' +
        '(const onnxruntime::ConfigOptions&)::<lambda(const std::string&, onnxruntime::webgpu::BufferCacheMode&)> Invalid buffer cache mode: x\n',
      'Invalid buffer cache mode: x.',
    ],
    ['something else', 'something else.'],
  ])("ONNX Runtime's refusal is said without places in its source", (message, reason) => {
    expect(explainProviderOptions(new Error(message)).message).toBe(`--provider-options: ONNX Runtime refuses them: ${reason}`);
  });
});
