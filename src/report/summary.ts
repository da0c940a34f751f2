/** A run in one paragraph, for a person who was not there. */

import { formatBytes } from '../support/byte-size.js';
import { counted } from '../support/counted.js';
import { formatDuration } from '../support/duration.js';
import { noOpinions } from '../train/options/opinion-options.js';
import { percent, rounded, significant } from './numbers.js';
import type { RunFacts } from './run-facts.js';
import { bestOrdering, doneSteps, reportedOrdering, stepTime } from './run-metrics.js';

/** Number of distortions named as the best and the weakest. */
const named = 3;

/** Plain sentences, from what the run's folder holds: what was trained on what, how far it got, what came out. */
export function summarize(facts: RunFacts): string {
  return [training(facts), learned(facts), exported(facts), measured(facts)].filter((sentence) => sentence !== '').join(' ');
}

function training(facts: RunFacts): string {
  const { options, model } = facts;
  const [done, planned] = [doneSteps(facts), Number(options.steps)];
  const images = model ? `, ${model.data.images} images of which ${model.data.heldOut + (model.data.choosing ?? 0)} were held out,` : '';
  const source = options.pairs !== undefined && options.pairs !== 'none' ? options.pairs : options.data;
  const start = options.weights === 'random' ? 'random weights' : `the weights ${options.weights}`;
  if (options.opinion !== undefined && options.opinion !== noOpinions) return withOpinions(facts);
  const about =
    `The image encoder ${options.backbone} learned from ${source}${images} to tell ${options.levels} severity levels of distorted crops ` +
    `(${options.crop}x${options.crop} pixels) apart, from ${start} and without any human opinion`;
  if (done === 0) return `${about}: or will, as no step has been done yet.`;
  const photographs = Number(options.batchSize) * Number(options.accumulate);
  const effort = `${done === planned ? 'all' : done} ${done === planned ? planned : `of ${planned}`} steps of ${photographs} photographs each took ${formatDuration(stepTime(facts))}`;
  const stopped = done < planned ? ` It was stopped, or is still being trained: antonym train --resume ${facts.name} resumes it.` : '';
  return `${about}: ${effort}.${stopped}`;
}

function withOpinions(facts: RunFacts): string {
  const { options, model } = facts;
  const { name, images } = model?.trainedOpinions ?? { name: String(options.opinion), images: undefined };
  const best = bestOrdering(facts);
  const counts = images ? `${images.training} rated images` : 'rated images';
  const chosen = images
    ? ` ${counted(images.validation, 'other')} chose the checkpoint${best ? ` of step ${best.step}` : ''}, and ${images.test} ${images.test === 1 ? 'was' : 'were'} kept for the test.`
    : '';
  return (
    `This model saw opinions of people and is not label-free: ${options.backbone} with a head of layers learned from ${counts} of ${name}, in ` +
    `${doneSteps(facts)} of ${options.steps} steps of ${Number(options.batchSize) * Number(options.accumulate)} images, which took ${formatDuration(stepTime(facts))}.${chosen}`
  );
}

function learned(facts: RunFacts): string {
  const best = reportedOrdering(facts);
  if (best === undefined) return 'It has not been evaluated yet.';
  const { choosing } = facts.model?.data ?? {};
  const chosen = choosing === undefined ? '' : ` (those of ${choosing} other photographs chose the step)`;
  const bySkill = Object.entries(best.perDistortion).sort(([, a], [, b]) => a.srcc - b.srcc);
  const list = (part: typeof bySkill): string => part.map(([name, { srcc }]) => `${name} ${rounded(srcc, 2)}`).join(', ');
  return (
    `At step ${best.step}, its best, it puts ${percent(best.ordered)} of all pairs of severity levels of crops that it never saw${chosen} in the right order ` +
    `(50 % is guessing); the rank correlation (SRCC) of score and severity is ${rounded(best.srcc, 3)}, where −1 is perfect. ` +
    `Surest: ${list(bySkill.slice(0, named))}. Weakest: ${list(bySkill.slice(-named).reverse())}.`
  );
}

function exported({ model, files }: RunFacts): string {
  const file = files.find(({ name }) => name === 'model.onnx');
  if (model === undefined || file === undefined) return 'No model has been exported yet.';
  const [pristine, strongest] = [model.scorePercentiles[0], model.scorePercentiles.at(-1)];
  return (
    `The exported model (${formatBytes(file.bytes)}) takes RGB pixels and gives a score from 0 to 1, higher is better: ` +
    `${significant(pristine?.p50)} for a pristine held-out crop, ${significant(strongest?.p50)} at the strongest level (medians).`
  );
}

function measured({ opinions, name, model }: RunFacts): string {
  if (opinions.length === 0) return model === undefined ? '' : 'It was not measured against human opinion.';
  return opinions
    .flatMap(({ result: { opinion, measures } }) => {
      const own = measures.find((measure) => measure.run === name) ?? measures.find(({ kind }) => kind === 'model');
      return own
        ? [
            `On ${counted(opinion.images, 'image')} of ${opinion.name}, its scores agree with human opinion with an SRCC of ${rounded(own.srcc.value, 3)}.`,
          ]
        : [];
    })
    .join(' ');
}
