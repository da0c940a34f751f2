/** Options of the provider that computes on a device, by ONNX Runtime's names: `cudnn_conv_algo_search=HEURISTIC,gpu_mem_limit=8589934592`. */
import { asSentence, messageOf, UserError } from '../../support/errors.js';
import { suggestName } from '../../support/nearest-name.js';
import type { ProviderOptions } from './device.js';
import type { Device } from './device-names.js';

/** The text that stands for no options. */
export const noProviderOptions = 'none';

/** WebGPU's names in ONNX Runtime 1.30, which accepts wrong names silently: webgpu_provider_options.h, without pointers and names with a flag here. */
const webgpuNames = [
  'dawnBackendType',
  'defaultBufferCacheMode',
  'enableInt64',
  'enablePIXCapture',
  'enableRobustness',
  'forceCpuNodeNames',
  'maxNumPendingDispatches',
  'maxStorageBufferBindingSize',
  'powerPreference',
  'preferredLayout',
  'queryResolveBufferCacheMode',
  'sessionBufferPoolGenerations',
  'storageBufferCacheMode',
  'uniformBufferCacheMode',
  'validationMode',
];

/** Options that have flags of their own. */
const flags: Readonly<Record<string, string>> = {
  use_tf32: '--tf32',
  enable_cuda_graph: '--graph-capture',
  enableGraphCapture: '--graph-capture',
};

/**
 * Reads `name=value,name=value`.
 * @throws UserError for one that is not of this form, is given twice, has a flag of its own or is unknown for WebGPU. CUDA's are checked by ONNX Runtime.
 */
export function parseProviderOptions(text: string, device: Device | 'auto'): ProviderOptions {
  if (text === noProviderOptions) return {};
  if (device === 'cpu' || device === 'auto') throw refused(`--provider-options are for --device webgpu or cuda, but received ${device}.`);
  const options: Record<string, string> = {};
  for (const part of text.split(',')) {
    const [, name, value] = /^\s*([A-Za-z]\w*)\s*=\s*(.*\S)\s*$/.exec(part) ?? [];
    if (name === undefined || value === undefined)
      throw refused(`--provider-options must be name=value pairs separated by commas, but received ${part.trim() || 'nothing'}.`);
    if (Object.hasOwn(options, name)) throw refused(`--provider-options has ${name} twice. Remove one.`);
    if (Object.hasOwn(flags, name)) throw refused(`--provider-options: use ${flags[name]} instead of ${name}.`);
    if (device === 'webgpu' && !webgpuNames.includes(name))
      throw refused(`--provider-options: WebGPU has no option ${name}.${suggestName(name, webgpuNames)}`);
    options[name] = value;
  }
  return options;
}

/** The place in ONNX Runtime's source that found an error: a file and a function with its arguments, or elsewhere its name alone. */
const places = [
  /^\S+\.cc:\d+ [^(]*\((?:[^()]|\([^()]*\))*\)(?: const)?(?:::<lambda\([^)]*\)>)? /,
  /\[ONNXRuntimeError\] : \d+ : \w+ : /g,
  /\b\w+\.(?:h|cc):\d+ (?:\w+|operator\(\)) /g,
];

/** ONNX Runtime's refusal of an option, without the places in its source. */
export function explainProviderOptions(error: unknown): UserError {
  const reason = places.reduce((text, place) => text.replace(place, ''), messageOf(error).trim());
  return refused(`--provider-options: ONNX Runtime refuses them: ${asSentence(reason)}`);
}

function refused(message: string): UserError {
  return new UserError(message, { code: 'ERR_ANTONYM_BAD_ARGUMENT' });
}
