/** `--device` and `--provider-options` of the commands that compute with exported models. */
import { Option } from 'commander';
import { deviceNames } from '../runtime/devices/choose-device.js';
import { noProviderOptions } from '../runtime/devices/provider-options.js';
import { oneOf, text } from '../support/options/option-kinds.js';
import { optionParser } from './option-parser.js';

/** @param purpose what the device is for */
export function deviceOption(purpose = 'where to compute'): Option {
  return new Option('--device <name>', `${purpose}: cpu, webgpu, cuda, or auto; "npm run devices" lists what this machine offers`)
    .argParser(optionParser('--device', oneOf(deviceNames)))
    .default('cpu');
}

export function providerOptionsOption(): Option {
  const about = "options of ONNX Runtime's provider for the device, by its names, such as device_id=1 for the second card of CUDA";
  return new Option('--provider-options <name=value,...>', about)
    .argParser(optionParser('--provider-options', text('name=value pairs separated by commas, or none')))
    .default(noProviderOptions);
}
