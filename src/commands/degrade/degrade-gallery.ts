/** Shows every distortion at every level on one photograph, measured: one HTML page, and a PNG for each group. */
import { basename, join } from 'node:path';
import { loadImage } from '../../datasets/load-image.js';
import { parseDistortionPool } from '../../degrade/composition.js';
import { distortionGroups } from '../../degrade/distortion.js';
import { distortionNames, distortions } from '../../degrade/distortions/table.js';
import { type GalleryRow, galleryRow } from '../../degrade/gallery.js';
import { kadid10k } from '../../degrade/kadid10k.js';
import { severitiesOf } from '../../degrade/published-severities.js';
import { decodeImage } from '../../images/decode-image.js';
import { cropImage, type Image } from '../../images/image.js';
import { gallerySheet } from '../../pairs/sheets/gallery-sheet.js';
import { galleryPage } from '../../report/gallery-page.js';
import { counted } from '../../support/counted.js';
import { UserError } from '../../support/errors.js';
import { requireFreeFolder, writeFolderAtomically } from '../../support/files/atomic-folder.js';
import { writeContent } from '../../support/files/write-content.js';
import { jsonLine } from '../../support/json-line.js';
import { text } from '../../support/options/option-kinds.js';
import { type OptionTable, type OptionValues, resolveOptions } from '../../support/options/option-table.js';
import { pathLine } from '../../support/path-line.js';
import { startProgress } from '../../support/progress.js';
import type { Command } from '../command.js';
import { jsonOption } from '../shared-options.js';
import { distortionOption, levelsOption, seedOption, severityOption } from './degrade-options.js';

/** Pixels: what CLIP sees of a photograph at once, and six of them fit beside each other on a screen. */
const largestSide = 224;

const options = {
  out: { kind: text('a folder'), placeholder: 'FOLDER', description: 'a new folder for the page' },
  distortion: { ...distortionOption, withoutIt: 'all' },
  levels: levelsOption,
  severity: severityOption,
  seed: seedOption,
  json: jsonOption,
} satisfies OptionTable;

export const galleryCommand: Command = {
  name: 'degrade gallery',
  description:
    'Distorts the middle of a photograph, or of a rendered one, by every distortion at every level: one HTML page, and a PNG for each group.',
  operand: { placeholder: 'PHOTO', description: 'an image file (default: a rendered photograph)', isOptional: true },
  groups: { Options: options },
  async run(given, [photo]) {
    await degradeGallery(photo, resolveOptions(options, given).values);
    return undefined;
  },
};

/**
 * Distorts the middle of the photograph, at full resolution: a reduced one would hide what is to be seen.
 * @throws UserError when the photograph cannot be read or the folder exists.
 */
async function degradeGallery(
  input: string | undefined,
  { out: gallery, distortion, levels, severity, seed, json }: OptionValues<typeof options>,
): Promise<void> {
  if (gallery === undefined) throw new UserError('The gallery needs --out FOLDER.');
  const all = severity === 'ordered' ? distortionNames : kadid10k;
  const names = distortion === undefined ? all : parseDistortionPool(distortion);
  for (const name of names) severitiesOf(name, severity);
  await requireFreeFolder(gallery);
  const whole = input === undefined ? await renderedPhotograph(seed) : await decodeImage(input);
  const pristine = middleOf(whole);
  const { width, height } = pristine;
  const title = input === undefined ? `a rendered scene, seed ${seed}` : basename(input);
  const progress = startProgress('Degrading');
  try {
    const rows: GalleryRow[] = [];
    for (const name of names) {
      progress.update(rows.length, names.length, name);
      rows.push(await galleryRow(pristine, name, levels, seed, severity));
    }
    const page = join(gallery, 'index.html');
    const sheets: string[] = [];
    await writeFolderAtomically(gallery, async (folder) => {
      for (const group of distortionGroups) {
        const own = rows.filter(({ name }) => distortions[name].group === group);
        if (own.length === 0) continue;
        await writeContent(join(folder, `${group}.png`), await gallerySheet(pristine, own));
        sheets.push(join(gallery, `${group}.png`));
      }
      const about = `The middle ${width}x${height} pixels, ${levels} levels, parameters drawn with seed ${seed}.`;
      await writeContent(join(folder, 'index.html'), await galleryPage({ title, about, rows, pristine }));
    });
    progress.succeed(`${counted(names.length, 'distortion')} at ${levels} levels; look at ${page}`);
    const measured = rows.map(({ name, cells }) => ({
      name,
      levels: cells.map(({ level, strength, psnr, ssim }) => ({ level, strength, psnr: Number.isFinite(psnr) ? psnr : null, ssim })),
    }));
    const result = { gallery, page, sheets, in: input ?? null, seed, width, height, distortions: measured };
    process.stdout.write(json ? jsonLine(result) : pathLine(page));
  } finally {
    progress.stop();
  }
}

function renderedPhotograph(seed: number): Promise<Image> {
  const [width, height] = [largestSide * 3, largestSide * 2];
  return loadImage({ kind: 'procedural', id: `procedural-${seed}-0`, seed, index: 0, width, height, look: 'photographic' });
}

function middleOf(image: Image): Image {
  const [width, height] = [Math.min(image.width, largestSide), Math.min(image.height, largestSide)];
  return cropImage(image, Math.floor((image.width - width) / 2), Math.floor((image.height - height) / 2), width, height);
}
