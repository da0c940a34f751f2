/** `antonym export`: rebuilds the ONNX file of a run, or writes one of published weights. */

import { mostChangedPairs, percent } from '../export/precision/precision-table.js';
import { mostCompared, type Precision, precisions } from '../export/precision/precisions.js';
import { publishedScale } from '../heads/fit-scale.js';
import { UserError } from '../support/errors.js';
import { number, oneOf, switched, text } from '../support/options/option-kinds.js';
import { givenIn, nameGiven, type OptionTable, resolveOptions } from '../support/options/option-table.js';
import { trainOptions } from '../train/options.js';
import type { Command } from './command.js';
import type { ExportFormat } from './export-model.js';
import { fusionOptions } from './fusion-options.js';
import { exportedModelDevice, jsonOption } from './shared-options.js';

/** Options that describe a model that was not trained here; a run has its own. */
const { backbone, weights, output, mean, std, prompts, activation, headWeights, positionalEmbedding } = trainOptions;
const publishedOptions = { backbone, weights, output, mean, std, prompts, activation, headWeights, positionalEmbedding };
/** Options of what turns an embedding into a score: a run's embedding may be scored in another way than it was trained. */
const headOptions = { head: trainOptions.head, ...fusionOptions };

const exportOptions = {
  run: { kind: text('the name of a run'), placeholder: 'NAME', description: 'the run to export' },
  out: {
    kind: text('a folder'),
    placeholder: 'FOLDER',
    description: 'where to write',
    withoutIt: "the run's export folder",
    details: "A reduced precision, and another head than the run's, have a folder of their own in the run's export folder.",
  },
  scale: {
    kind: number({ min: 0.01, max: 1000 }),
    placeholder: 'NUMBER',
    description: 'steepness of the score',
    details: `How steeply the score follows what the head measures. For a run, the largest that keeps scores apart is found; without a run it is ${publishedScale}, as CLIP was trained.`,
  },
  precision: {
    kind: oneOf(precisions),
    placeholder: 'NAME',
    description: 'precision: fp32, fp16 or int8',
    details: 'fp16: half precision, for GPUs; int8: weights in 8 bits, a quarter of the size. Inputs and outputs stay as they are.',
    default: 'fp32',
  },
  data: {
    kind: text('the name of a dataset of datasets.json, or a folder of images'),
    placeholder: 'NAME|FOLDER',
    description: 'images to compare with fp32 on',
    details: `At most ${mostCompared} of these photographs.`,
    withoutIt: 'held-out crops',
  },
  embedding: {
    kind: switched(),
    description: 'give the embedding, too',
    details:
      'A further output "embedding", float32 [batch, size]: what the image encoder makes of an image, before the head, not normalized.',
    default: false,
  },
  degradations: {
    kind: oneOf(['on', 'off']),
    placeholder: 'on|off',
    description: 'say what is wrong with an image, too',
    details:
      'The file has a further output "degradations", float32 [batch, groups], 0 to 1, which score --why reads: the part of the model that ships which ' +
      'tells it, 1.9 MB, whatever the encoder. Where it would report more than one in twenty of the photographs of a run, it becomes more cautious.',
    withoutIt: 'as the run says',
  },
  force: {
    kind: switched(),
    description: 'write the file even if many pairs change order',
    details: `Without it, a reduced precision is refused where more than ${percent(mostChangedPairs)} of pairs change order.`,
    default: false,
  },
  json: jsonOption,
} satisfies OptionTable;

const ownOptions = { ...exportOptions, ...exportedModelDevice };

export const exportCommand: Command = {
  name: 'export',
  description:
    'Writes model.onnx, model.json, parity.json and MODEL_CARD.md from the best checkpoint of a run; or, without training, from published ' +
    'weights and prompts (--backbone, --weights, --out).',
  groups: { 'Published weights': publishedOptions, Head: headOptions, Device: exportedModelDevice, Output: exportOptions },
  async run(given) {
    const { run, out, scale, precision, data, embedding, degradations, force, json, ...device } = resolveOptions(
      ownOptions,
      givenIn(ownOptions, given),
    ).values;
    const format: ExportFormat = { scale, ...reductionOf(precision, data, force), embedding, degradations, device, json };
    const model = givenIn(publishedOptions, given);
    const [first] = Object.keys(publishedOptions).flatMap((key) => nameGiven(key, model) ?? []);
    const chosenHead = givenIn(headOptions, given);
    if (run === undefined) {
      if (first === undefined || out === undefined) {
        throw new UserError(
          'Say what to export: --run NAME, or published weights with --backbone NAME, --weights SOURCE and --out FOLDER.',
        );
      }
      await (await exporting()).exportPublished(
        givenIn({ ...publishedOptions, head: headOptions.head }, given),
        givenIn(fusionOptions, given),
        out,
        {
          ...format,
          scale: scale ?? publishedScale,
        },
      );
    } else {
      if (first !== undefined) throw new UserError(`A run has its own weights and prompts: leave out ${first}, or --run.`);
      await (await exporting()).exportFinished(run, out, chosenHead, format);
    }
    return undefined;
  },
};

/** @throws UserError for flags that are about a reduced precision only. */
function reductionOf(precision: Precision, data: string | undefined, force: boolean): Pick<ExportFormat, 'reduction'> {
  if (precision !== 'fp32') return { reduction: { precision, data, force } };
  const given = data === undefined ? (force ? '--force' : undefined) : '--data';
  if (given !== undefined)
    throw new UserError(`${given} is about the comparison with fp32: give --precision fp16 or int8, or leave it out.`);
  return {};
}

/** The export itself brings four hundred modules, which help and most refusals do not need. */
function exporting(): Promise<typeof import('./export-model.js')> {
  return import('./export-model.js');
}
