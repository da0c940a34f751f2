/** Says what is wrong with a folder of images that is claimed to be pristine. */

import type { ImageReference } from '../../datasets/image-reference.js';
import { describeLeftOut } from '../../datasets/left-out.js';
import { openDataset } from '../../datasets/open-dataset.js';
import { type CheckedImage, checkImages } from '../../datasets/pristine/check-images.js';
import { findNearDuplicates } from '../../datasets/pristine/find-near-duplicates.js';
import { type FindingName, findingNames, findings } from '../../datasets/pristine/findings.js';
import type { ImageTraits } from '../../datasets/pristine/image-traits.js';
import { minimumSideFor } from '../../pairs/crops.js';
import { counted } from '../../support/counted.js';
import { jsonLine } from '../../support/json-line.js';
import { type OptionTable, type OptionValues, resolveOptions } from '../../support/options/option-table.js';
import { printable } from '../../support/printable.js';
import { startProgress } from '../../support/progress.js';
import { trainOptions } from '../../train/options.js';
import type { Command } from '../command.js';
import { excludeOption, jsonOption } from '../shared-options.js';
import { seedOption } from './degrade-options.js';

/** Files named for each finding. */
const worst = 3;

const options = { exclude: excludeOption, seed: seedOption, json: jsonOption } satisfies OptionTable;

export const checkCommand: Command = {
  name: 'degrade check',
  description:
    'Looks for traces of compression, blur, noise and enlargement, and for near duplicates. The result is advice; nothing is written.',
  operand: { placeholder: 'NAME|FOLDER', description: 'a dataset of datasets.json, or a folder of photographs' },
  groups: { Options: options },
  async run(given, [data]) {
    await degradeCheck(data!, resolveOptions(options, given).values);
    return undefined;
  },
};

/**
 * Looks at every image; findings are advice, so that the command succeeds whatever they are.
 * @throws UserError when the data cannot be used at all.
 */
async function degradeCheck(data: string, { exclude, seed, json }: OptionValues<typeof options>): Promise<void> {
  const minimumSide = minimumSideFor(trainOptions.crop.default);
  const dataset = await openDataset(data, { minimumSide, seed, ...(exclude && { exclude }) });
  const progress = startProgress(`Checking ${dataset.name}`);
  try {
    const total = dataset.images.length;
    const checked = await checkImages(dataset.images, (done) => progress.update(done, total));
    const groups = await findNearDuplicates(dataset.images, (done) => progress.update(done, total, 'near duplicates'));
    const unreadable = [
      ...dataset.skipped.map(({ id, reason }) => ({ image: id, reason })),
      ...checked.flatMap(({ image, traits }) => (typeof traits === 'string' ? [{ image: image.id, reason: traits }] : [])),
    ];
    const found = checked.filter((entry): entry is Measured => entry.findings.length > 0);
    const byFinding = findingNames.map((name) => ({
      name,
      images: found
        .filter((entry) => entry.findings.includes(name))
        .sort((a, b) => findings[name].excess(b.traits) - findings[name].excess(a.traits)),
    }));
    const duplicates = groups.map((group) => group.map(({ id }) => id));
    const reducible = found.filter((entry) => entry.findings.some((name) => name !== 'plain'));
    const downscale = reducible.length > total / 10 ? await suggestion(data, seed, minimumSide) : undefined;
    progress.succeed(`Checked ${counted(total, 'image')} of ${dataset.name}: something was found in ${found.length}`);
    if (json) {
      const images = found.map(({ image, traits, findings: names }) => ({ image: image.id, findings: names, ...finite(traits) }));
      const counts = Object.fromEntries(byFinding.map(({ name, images }) => [name, images.length]));
      const result = {
        data: dataset.name,
        checked: total,
        findings: counts,
        images,
        nearDuplicates: duplicates,
        unreadable,
        leftOut: dataset.leftOut,
      };
      process.stdout.write(jsonLine({ ...result, downscale: downscale ?? null }));
      return;
    }
    const lines = byFinding.filter(({ images }) => images.length > 0).flatMap(({ name, images }) => findingLines(name, images, total));
    if (duplicates.length > 0) {
      const copies = duplicates.reduce((sum, group) => sum + group.length - 1, 0);
      const repeating = copies === 1 ? '1 image repeats another' : `${copies} images repeat others`;
      lines.push(`near duplicates: ${repeating}, in ${counted(duplicates.length, 'group')}; training keeps each group on one side`);
      for (const group of duplicates.slice(0, worst))
        lines.push(`  ${group.slice(0, worst + 1).join(', ')}${rest(group.length - worst - 1)}`);
      if (duplicates.length > worst) lines.push(more(duplicates.length - worst, 'group'));
    }
    if (unreadable.length > 0) {
      lines.push(`unusable: ${counted(unreadable.length, 'file')}`);
      for (const { image, reason } of unreadable.slice(0, worst)) lines.push(`  ${image}: ${reason}`);
      if (unreadable.length > worst) lines.push(more(unreadable.length - worst, 'file'));
    }
    if (lines.length === 0) lines.push('nothing found');
    lines.push(...describeLeftOut(dataset.leftOut));
    if (downscale !== undefined && downscale.factor > 1) {
      lines.push(
        `suggestion: --downscale auto, which reduces these images by ${downscale.factor}; nothing of it is left in ${percent(downscale.clean ?? 1)} of a sample then`,
      );
    } else if (downscale !== undefined)
      lines.push('suggestion: leave these images out; reducing them does not help, or makes them too small');
    process.stdout.write(`${lines.map(printable).join('\n')}\n`);
  } finally {
    progress.stop();
  }
}

type Measured = CheckedImage & { readonly traits: ImageTraits; readonly image: ImageReference };

async function suggestion(data: string, seed: number, minimumSide: number) {
  return (await openDataset(data, { minimumSide, seed, downscale: 'auto' })).downscale;
}

function findingLines(name: FindingName, images: readonly Measured[], total: number): string[] {
  const { about, measured } = findings[name];
  return [
    `${name}: ${images.length} of ${counted(total, 'image')} (${percent(images.length / total)}), ${about}`,
    ...images.slice(0, worst).map(({ image, traits }) => `  ${image.id}: ${measured(traits)}`),
    ...(images.length > worst ? [more(images.length - worst, 'image')] : []),
  ];
}

/** JSON has no infinity. */
function finite({ fineDetail, ...traits }: ImageTraits) {
  return { ...traits, fineDetail: Number.isFinite(fineDetail) ? fineDetail : null };
}

function rest(count: number): string {
  return count > 0 ? ` and ${count} more` : '';
}

function more(count: number, noun: string): string {
  return `  and ${counted(count, noun)} more; --json names all`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
