/** `antonym score`: scores photographs with an exported model. */
import { expandPaths } from '../datasets/expand-paths.js';
import { describeLeftOut } from '../datasets/left-out.js';
import { findModel } from '../score/find-model.js';
import { loadModel, type Model } from '../score/load-model.js';
import { text } from '../support/options/option-kinds.js';
import { type OptionTable, type OptionValues, resolveOptions } from '../support/options/option-table.js';
import { startProgress } from '../support/progress.js';
import type { Command } from './command.js';
import { loadOptionsOf } from './open-models.js';
import { excludeOption, exportedModelDevice, jsonOption, maxPixelsOption } from './shared-options.js';
import { readStandardInput } from './standard-input.js';

interface Scored {
  readonly image: string;
  readonly score: number;
}

const options = {
  model: {
    kind: text('an exported model.onnx, its folder, or the name of a run'),
    placeholder: 'FILE|RUN',
    description: 'model to score with',
    withoutIt: 'the model of this program',
  },
  exclude: excludeOption,
  maxPixels: maxPixelsOption,
  ...exportedModelDevice,
  json: { ...jsonOption, description: 'print a JSON object per image, in the order given' },
} satisfies OptionTable;

export const scoreCommand: Command = {
  name: 'score',
  summary: 'score photographs with an exported model',
  description: 'Scores photographs, 0..1, higher is better, and lists them from best to worst. Folders are read recursively.',
  operand: {
    placeholder: 'PATH...',
    description: 'image files, folders of images and patterns; - for an image or a list of paths from standard input',
  },
  groups: { Options: options },
  run: async (given, paths) => ((await scorePaths(paths, resolveOptions(options, given).values)) > 0 ? 1 : undefined),
};

/** @returns how many images could not be scored. */
async function scorePaths(
  paths: readonly string[],
  { model, exclude, maxPixels, json, ...device }: OptionValues<typeof options>,
): Promise<number> {
  const { path: modelPath } = await findModel(model);
  const piped = paths.includes('-') ? await readStandardInput() : undefined;
  const given = paths.flatMap((path) => (path !== '-' || piped === undefined ? [path] : 'paths' in piped ? piped.paths : []));
  const { files: found, leftOut, failed: missing } = await expandPaths(given, { ...(exclude && { exclude }) });
  const content = piped !== undefined && 'content' in piped ? piped.content : undefined;
  const files = content === undefined ? found : ['-', ...found];
  for (const { reason } of missing) process.stderr.write(`error: ${reason}\n`);
  const remarks = describeLeftOut(leftOut);
  for (const line of remarks) process.stderr.write(`${line}\n`);
  if (json && remarks.length > 0) process.stdout.write(`${JSON.stringify({ leftOut })}\n`);
  if (files.length === 0) return missing.length;
  const progress = startProgress('Scoring');
  let opened: Model | undefined;
  let failed = missing.length;
  const scored: Scored[] = [];
  let hasReader = true;
  process.stdout.once('error', () => {
    hasReader = false;
  });
  try {
    opened = await loadModel(
      modelPath,
      loadOptionsOf({ ...device, maxPixels }, (notice) => progress.note(notice)),
    );
    const inputs = files.map((image) => (image === '-' ? (content ?? image) : image));
    for await (const { index, score, error } of opened.scoreEach(inputs)) {
      const image = files[index]!;
      if (!hasReader) break;
      if (error) {
        failed++;
        const message = error.message.includes(image) ? error.message : `${image}: ${error.message}`;
        progress.aside(() => process.stderr.write(`error: ${message}\n`));
      } else if (json) progress.aside(() => process.stdout.write(`${JSON.stringify({ image, score })}\n`));
      else scored.push({ image, score });
      if (files.length > 1) progress.update(index + 1, files.length);
    }
  } finally {
    progress.stop();
    await opened?.close();
  }
  if (!json) process.stdout.write(formatTable(scored));
  return failed;
}

/** Best first; equal scores by name. */
function formatTable(scored: readonly Scored[]): string {
  const sorted = [...scored].sort((a, b) => b.score - a.score || (a.image < b.image ? -1 : 1));
  return sorted.map(({ image, score }) => `${score.toFixed(4)}  ${image}\n`).join('');
}
