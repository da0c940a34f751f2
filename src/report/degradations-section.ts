/** How well the exported model says what is wrong with an image. */

import { ownAlarms } from '../export/degradations/degradations-card.js';
import { counted } from '../support/counted.js';
import { html, type Markup, table } from './markup.js';
import { percent } from './numbers.js';
import type { RunFacts } from './run-facts.js';

/** Nothing where the model was not exported yet. */
export function degradationsSection({ model }: Pick<RunFacts, 'model'>): Markup | undefined {
  if (model === undefined) return undefined;
  const content =
    model.degradations === undefined
      ? html`<p>The model does not say it: it was exported with <code>--degradations off</code>, or by an earlier version.</p>`
      : figures(model.degradations);
  return html`<section id="degradations"><h2>What is wrong with an image</h2>\n${content}</section>\n`;
}

function figures(degradations: NonNullable<NonNullable<RunFacts['model']>['degradations']>): Markup {
  const { groups, measured } = degradations;
  const { photographs, pristine, single, double } = measured;
  const level = Math.round(single.from * 5);
  return html`<p>The output <code>degradations</code> says how strong each group of distortions is, which <code>antonym score --why</code> prints in words. These figures are of
${counted(photographs, 'photograph')} that the regressions behind them did not see. Of ${single.crops} crops with one distortion at level ${level} of 5 or above, ${percent(single.recognized)} have its group
reported first${single.largest === undefined ? '' : html`; in ${percent(single.largest)} it has the largest value, reported or not`}.${
    double
      ? html` Of ${double.crops} with distortions of two groups, ${percent(double.found)} have both among the three largest values.`
      : ''
  } Something is reported of ${percent(pristine.falseAlarms)} of ${pristine.crops} pristine crops. ${ownAlarms(degradations)}</p>
${table(
  'Crops by their distortion, and by the group that is reported first',
  ['Distorted by', ...groups.map((group) => ({ number: group })), { number: 'nothing' }],
  groups.map((group, row) => [group, ...single.confusion[row]!.map((count) => ({ number: String(count) }))]),
)}
<p>It cannot tell causes that look alike: defocus from motion, the grain of a film from the noise of a sensor.</p>`;
}
