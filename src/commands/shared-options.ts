/** Options that several commands share. */
import { deviceNames } from '../runtime/devices/device-names.js';
import { noProviderOptions } from '../runtime/devices/provider-options.js';
import { names, oneOf, switched, text, wholeNumber } from '../support/options/option-kinds.js';
import type { OptionTable } from '../support/options/option-table.js';

/** Every command has it. */
export const configOption = {
  kind: text('a JSON file of options such as {"levels": 5}'),
  placeholder: 'FILE',
  description: 'options from a JSON file; flags win over it',
  details: 'Keys are the names of options in camel case, such as {"levels": 5, "batchSize": 4}.',
};

export const jsonOption = { kind: switched(), description: 'print the result as one JSON object', default: false };

/** Options of commands that compute with exported models. */
export const exportedModelDevice = {
  device: {
    kind: oneOf(deviceNames),
    placeholder: 'NAME',
    description: 'device: cpu, webgpu, cuda or auto',
    details: 'The command "devices" lists what this machine offers.',
    default: 'cpu',
  },
  providerOptions: {
    kind: text('name=value pairs separated by commas, or none'),
    placeholder: 'K=V,...',
    description: "options of the device's provider",
    details: "They are those of ONNX Runtime's provider for the device, by its names, such as device_id=1 for the second card of CUDA.",
    default: noProviderOptions,
  },
} satisfies OptionTable;

/** Option of commands that read folders of images. */
export const excludeOption = {
  kind: names(),
  placeholder: 'PATTERN,...',
  description: 'files and folders to leave out',
  details: 'Patterns such as "thumbs", "*-small.jpg" or "2019/**", of names or of paths below the folder.',
  withoutIt: 'only those of the system',
};

export const maxPixelsOption = {
  kind: wholeNumber({ min: 4096 }),
  placeholder: 'N',
  description: 'split larger images into tiles',
  details:
    'The score of a large image is the average over its tiles, which bounds memory. A number above the image, such as 100000000, scores it whole, ' +
    'as the programs of papers do: the score differs, and memory grows with the image.',
  withoutIt: 'as the model says',
};
