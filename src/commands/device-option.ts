/** `--device` of the commands that compute with exported models. */
import { Option } from 'commander';
import { deviceNames } from '../runtime/choose-device.js';
import { oneOf } from '../support/option-kinds.js';
import { optionParser } from './option-parser.js';

export function deviceOption(): Option {
  return new Option('--device <name>', 'where to compute: cpu, webgpu, cuda, or auto; "npm run devices" lists what this machine offers')
    .argParser(optionParser('--device', oneOf(deviceNames)))
    .default('cpu');
}
