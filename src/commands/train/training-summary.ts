/** The result of a training run in plain words, and the next commands. */

import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import { backbones } from '../../backbones/registry.js';
import type { ExportedModel } from '../../export/export-run.js';
import type { RunFolder } from '../../runs/run-directory.js';
import { formatBytes } from '../../support/byte-size.js';
import { commandHint } from '../../support/command-hint.js';
import { counted } from '../../support/counted.js';
import { formatDuration } from '../../support/duration.js';
import { printable } from '../../support/printable.js';
import type { BestCheckpoint } from '../../train/best-checkpoint.js';
import { fewestToHalve } from '../../train/data/choosing-images.js';
import type { OpinionSet } from '../../train/opinion/opinion-set.js';
import { noPairs } from '../../train/options/data-options.js';
import type { TrainingSetup } from '../../train/training-setup.js';
import type { OpinionTest } from './test-opinions.js';

/** Number of distortions named as the best and the weakest. */
const named = 3;

export async function summarizeTraining(
  setup: TrainingSetup,
  run: RunFolder,
  exported: ExportedModel,
  seconds: number,
  { skippedSteps, test, best }: SummaryFigures,
): Promise<string> {
  const { description, model } = exported;
  const { evaluation, scorePercentiles } = description;
  const here = (path: string): string => relative('', path) || '.';
  const size = formatBytes((await stat(model)).size);
  const bySkill = Object.entries(evaluation.perDistortion).sort(([, a], [, b]) => a.srcc - b.srcc);
  const list = (part: typeof bySkill): string => part.map(([name, { srcc }]) => `${name} ${srcc.toFixed(2)}`).join(', ');
  const [pristine, strongest] = [scorePercentiles[0]!, scorePercentiles.at(-1)!];
  const { heldOut, choosing } = description.data;
  // guessing puts half of all pairs in order
  const hasLearned = evaluation.ordered > 0.5 && evaluation.srcc < 0;
  const which = description.data.unknownBefore ? 'this ' : '';
  const remedy =
    setup.options.chooseOn === 'half' ? `${fewestToHalve} and more (--held-out) are halved` : '--choose-on half reports others';
  const unseen = choosing === undefined ? 'never saw' : 'never saw and that chose no checkpoint';
  const next = `
The model: ${here(model)} (${size}: uint8 RGB pixels in, score out; runs in ONNX Runtime everywhere)
About it:  ${here(exported.folder)}/model.json
The run:   ${here(run.report)} (curves, pictures, configuration, hashes; metrics and checkpoints beside it)

Next:
${hasLearned || setup.opinions ? '' : '  Train longer (--steps), or compare learning rates first (--sweep-lr): these weights order severity no better than chance.\n'}${nextCommands(setup, run)}
`;
  if (setup.opinions) return `${summarizeOpinions(setup.opinions, seconds, evaluation.ordered, best?.value, test)}${next}`;
  return `
${hasLearned ? 'Learned, without any label,' : 'Learned nothing that ranks, worse than guessing,'} in ${formatDuration(seconds * 1000)}: on ${heldOut} image${heldOut === 1 ? '' : 's'} of ${printable(setup.data.dataset.name)} that ${which}training ${unseen}, the model puts
${(evaluation.ordered * 100).toFixed(1)} % of all pairs of severity levels in the right order (SRCC between score and severity ${evaluation.srcc.toFixed(3)}; -1 is perfect).
  Surest:  ${list(bySkill.slice(0, named))}
  Weakest: ${list(bySkill.slice(-named).reverse())}
  A pristine crop scores ${pristine.p50.toFixed(2)}, one at the strongest level ${strongest.p50.toFixed(2)} (medians; 0..1, higher is better).
${choosing === undefined ? `  The same images chose the checkpoint, so that these figures are a little too good: ${remedy}.\n` : ''}${skippedSteps === undefined ? '' : `  In mixed precision: ${skippedSteps} of ${setup.options.steps} steps were skipped, to find a loss scale that half precision holds.\n`}${next}`;
}

/** The results of training beside the exported files. */
export interface SummaryFigures {
  /** Steps without an update; undefined where none can be skipped. */
  readonly skippedSteps?: number | undefined;
  readonly best?: BestCheckpoint | undefined;
  /** Undefined for a label-free run, and where no image was kept for the test. */
  readonly test?: OpinionTest | undefined;
}

function summarizeOpinions(
  { name, training, validation }: OpinionSet,
  seconds: number,
  ordered: number,
  chosenAt: number | undefined,
  test: OpinionTest | undefined,
): string {
  const number = (value: number | null | undefined): string => value?.toFixed(3) ?? '-';
  const tested = test
    ? `On ${counted(test.images, 'image')} that it did not see, SRCC with opinions is ${number(test.srcc)} and PLCC ${number(test.plcc)}; the variance of the Laplacian has SRCC ${number(test.baseline)}.`
    : 'No image was kept for the test: nothing is known of new images.';
  return `
Learned from ${counted(training.length, 'opinion')} of ${name} in ${formatDuration(seconds * 1000)}, chosen with ${counted(validation.length, 'other')} (SRCC ${number(chosenAt)}). This model is not label-free.
${tested}
  It puts ${(ordered * 100).toFixed(1)} % of pairs of severity levels of distorted photographs in the right order.
`;
}

/** The next commands, aligned. */
function nextCommands({ options, data: { split }, model: { backbone }, opinions }: TrainingSetup, run: RunFolder): string {
  const { weights, data, pairs, steps } = options;
  const isOwn = split?.training[0]?.kind !== 'procedural' || opinions !== undefined;
  const sameData = opinions
    ? ratedData(options)
    : pairs === noPairs
      ? `--data ${isOwn ? quote(data) : 'FOLDER'}`
      : `--pairs ${quote(pairs)}`;
  const pretrained = (backbone.published ? backbone : backbones.find(({ published }) => published))?.name;
  const commands = [
    [commandHint(`score --model ${run.name} PHOTO...`), 'score your photographs'],
    ...(isOwn ? [] : [[commandHint('train --data FOLDER'), 'train on your own pristine photographs'] as const]),
    [commandHint(`train --config ${quote(relative('', run.config))} --steps ${steps * 4}`), 'train longer'],
    ...(weights === 'random'
      ? [
          [
            commandHint(`train --backbone ${pretrained} ${sameData}`),
            'start from published weights instead of random ones: docs/backbones.md',
          ] as const,
        ]
      : []),
  ] as const;
  const width = Math.max(...commands.map(([command]) => command.length)) + 2;
  return commands.map(([command, purpose]) => `  ${command.padEnd(width)}${purpose}`).join('\n');
}

function ratedData({ opinion, images }: TrainingSetup['options']): string {
  return `--opinion ${quote(opinion)}${images === 'auto' ? '' : ` --images ${quote(images)}`}`;
}

/** A text quoted so that a shell reads it as one word. */
function quote(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
