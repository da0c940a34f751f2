/** What a training would do, for `train --dry-run`: as text, or as one JSON object. */
import { cropCount } from '../../losses/levels.js';
import { formatDuration } from '../../support/duration.js';
import { flagOf, type ResolvedOptions } from '../../support/options/option-table.js';
import { describeMemory, estimateMemory } from '../../train/memory.js';
import type { trainOptions } from '../../train/options.js';
import type { Plan } from '../../train/plan.js';
import { type PresetValues, presetOf } from '../../train/presets.js';
import type { Rehearsal } from '../../train/rehearse.js';

type Resolved = ResolvedOptions<typeof trainOptions>;

/** @param available memory that the process may take, bytes */
export function describeTrainingPlan(plan: Plan, { values, origins }: Resolved, rehearsal: Rehearsal, available: number): string {
  const { steps, batchSize, accumulate, levels, crop, precision } = plan.options;
  const { stepMilliseconds, trainingMilliseconds, evaluations, evaluationMilliseconds, peakBytes } = rehearsal;
  const photographs = batchSize * accumulate;
  const crops = cropCount({ photographs, levels });
  const whole = trainingMilliseconds + (evaluations + 1) * evaluationMilliseconds;
  const reasons = presetOf(values.backbone)?.values;
  const chosen = Object.entries(origins).flatMap(([key, origin]) => {
    if (origin === 'default') return [];
    const reason = origin === 'preset' ? `: ${reasons?.[key as keyof PresetValues].reason}` : '';
    return [`  ${`${flagOf(key)} ${values[key as keyof typeof values]}`.padEnd(26)} ${origin}${reason}`];
  });
  return `
Nothing was written. This training
  trains    ${plan.model.backbone.name}: ${plan.model.backbone.description}
  prompts   ${plan.start.prompts.description}
  on        ${plan.data.dataset.name}: ${plan.data.summary}
  steps     ${steps} of ${photographs} photograph${photographs === 1 ? '' : 's'} (${crops} crops of ${crop} pixels)${accumulate > 1 ? `, in ${accumulate} parts` : ''}${precision === 'mixed' ? ', in mixed precision' : ''}
  takes     about ${formatDuration(whole)}: ${(stepMilliseconds / 1000).toPrecision(2)} s a step, ${evaluations} evaluations of ${formatDuration(evaluationMilliseconds)}
  memory    ${describeMemory(plan, available)}; its first steps held ${(peakBytes / 2 ** 30).toFixed(1)} GiB
  leaves    runs/<name>/: config.json, environment.json, metrics.jsonl, previews/, checkpoints/ (last, best), export/ (model.onnx, model.json, parity.json)
Options that are not the defaults
${chosen.join('\n') || '  none'}
`;
}

/** The same figures for programs. */
export function trainingPlanFigures(plan: Plan, { values, origins }: Resolved, rehearsal: Rehearsal, available: number): object {
  const { steps, batchSize, accumulate, levels } = plan.options;
  return {
    backbone: plan.model.backbone.name,
    data: plan.data.summary,
    steps,
    cropsPerStep: cropCount({ photographs: batchSize * accumulate, levels }),
    ...rehearsal,
    estimatedBytes: estimateMemory(plan),
    availableBytes: available,
    options: values,
    origins,
  };
}
