/** `train --dry-run`: says what training would do, how long it would take and how much memory, and makes no run. */

import type { PresetValues } from '../../backbones/preset.js';
import { cropCount } from '../../losses/levels.js';
import { formatBytes } from '../../support/byte-size.js';
import { counted } from '../../support/counted.js';
import { formatDuration } from '../../support/duration.js';
import { freeMemory } from '../../support/free-memory.js';
import { jsonLine } from '../../support/json-line.js';
import { flagOf, type ResolvedOptions } from '../../support/options/option-table.js';
import type { Progress } from '../../support/progress.js';
import { estimateMemory } from '../../train/memory.js';
import type { trainOptions } from '../../train/options.js';
import { presetOf } from '../../train/presets.js';
import { rankedLayout } from '../../train/ranked-crops.js';
import { type SharingTimes, type StepTimes, timeSteps } from '../../train/time-steps.js';
import { nameOfData, type TrainingSetup } from '../../train/training-setup.js';

type Resolved = ResolvedOptions<typeof trainOptions>;

/**
 * Prints the facts of a training run before it starts: three steps are really made.
 * @param memory what `describeMemory` says of it
 */
export async function dryRun(setup: TrainingSetup, resolved: Resolved, memory: string, progress: Progress, json: boolean): Promise<void> {
  const own = freeMemory() / setup.peers.localSize;
  // said before steps that may end the process
  if (estimateMemory(setup) > own) progress.note(memory);
  const times = await timeSteps(setup, (done, total) => progress.update(done, total, 'trial steps'));
  progress.succeed(`Prepared ${nameOfData(setup)}: ${setup.data.summary}`);
  const text = json ? jsonLine(dryRunFigures(setup, resolved, times, own)) : describeDryRun(setup, resolved, times, memory);
  process.stdout.write(text);
}

function describeDryRun(setup: TrainingSetup, { values, origins }: Resolved, times: StepTimes, memory: string): string {
  const { steps, batchSize, accumulate, crop, precision } = setup.options;
  const { stepMilliseconds, trainingMilliseconds, evaluations, evaluationMilliseconds, peakBytes } = times;
  const photographs = batchSize * accumulate;
  const crops = cropsOf(setup);
  const whole = trainingMilliseconds + (evaluations + 1) * evaluationMilliseconds;
  const reasons = presetOf(values.backbone)?.values;
  const chosen = Object.entries(origins).flatMap(([key, origin]) => {
    if (origin === 'default') return [];
    const reason = origin === 'preset' ? `: ${reasons?.[key as keyof PresetValues].reason}` : '';
    return [`  ${`${flagOf(key)} ${values[key as keyof typeof values]}`.padEnd(26)} ${origin}${reason}`];
  });
  return `
Nothing was written. This training
  trains    ${setup.model.backbone.name}: ${setup.model.backbone.description}
  head      ${setup.model.head.kind}: ${setup.model.head.description}
  on        ${nameOfData(setup)}: ${setup.data.summary}
  steps     ${steps} of ${counted(photographs, 'photograph')} (${crops} crops of ${crop} pixels)${accumulate > 1 ? `, in ${accumulate} parts` : ''}${precision === 'mixed' ? ', in mixed precision' : ''}
  takes     about ${formatDuration(whole)}: ${(stepMilliseconds / 1000).toPrecision(2)} s a step, ${evaluations} evaluations of ${formatDuration(evaluationMilliseconds)}
  memory    ${memory}; its first steps held ${(peakBytes / 2 ** 30).toFixed(1)} GiB${times.sharing ? `\n  shared    ${describeSharing(times.sharing, stepMilliseconds)}` : ''}
  leaves    runs/<name>/: config.json, environment.json, metrics.jsonl, previews/, checkpoints/ (last, best), export/ (model.onnx, model.json, parity.json)
Options that are not the defaults
${chosen.join('\n') || '  none'}
`;
}

/** Lines about the number of processes: a step lasts as long as the process with the most parts, and the sum. */
function describeSharing(
  { processes, ownParts, parts, partMilliseconds, gradientBytes, sumMilliseconds }: SharingTimes,
  step: number,
): string {
  const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toPrecision(2)} s`;
  const most = Math.ceil(parts / processes);
  const rest = Math.max(sumMilliseconds, step - ownParts * partMilliseconds);
  const further = Array.from({ length: most - 1 }, (_, index) => most - 1 - index).map(
    (own) => `${Math.ceil(parts / own)} would take ${seconds(own * partMilliseconds + rest)}`,
  );
  const alone = parts * partMilliseconds + rest - sumMilliseconds;
  return (
    `${processes} processes make up to ${most} of ${parts} parts each, ${seconds(partMilliseconds)} a part; one on the cores of one would take ` +
    `${seconds(alone)} a step, ${(alone / step).toPrecision(2)} times as long. The sum of ` +
    `${formatBytes(gradientBytes)} of gradients takes ${seconds(sumMilliseconds)}, ${((100 * sumMilliseconds) / step).toFixed(0)} % of a step` +
    (further.length > 0 ? `. On as many cores for each, ${further.slice(0, 3).join(', ')} a step` : '; more would have nothing to do')
  );
}

/** Crops of a step. */
function cropsOf({ options, opinions }: TrainingSetup): number {
  const { batchSize, accumulate } = options;
  return (opinions ? batchSize : cropCount(rankedLayout(options))) * accumulate;
}

/** The same figures for programs. */
function dryRunFigures(setup: TrainingSetup, { values, origins }: Resolved, times: StepTimes, available: number): object {
  const { steps } = setup.options;
  return {
    backbone: setup.model.backbone.name,
    data: setup.data.summary,
    steps,
    cropsPerStep: cropsOf(setup),
    ...times,
    estimatedBytes: estimateMemory(setup),
    availableBytes: available,
    options: values,
    origins,
  };
}
