/** `--device` of the commands that compute with exported models. */
import { Option } from 'commander';
import { deviceNames } from '../runtime/choose-device.js';
import { oneOf } from '../support/option-kinds.js';
import { optionParser } from './option-parser.js';

/** @param purpose what the device is for */
export function deviceOption(purpose = 'where to compute'): Option {
  return new Option('--device <name>', `${purpose}: cpu, webgpu, cuda, or auto; "npm run devices" lists what this machine offers`)
    .argParser(optionParser('--device', oneOf(deviceNames)))
    .default('cpu');
}
