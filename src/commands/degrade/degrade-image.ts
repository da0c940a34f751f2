/** Applies distortions to one photograph at full size, so that a person can see what one of them does. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Composition, degrade, parseDistortionNames, strengthsOf } from '../../degrade/composition.js';
import { singleDistortion } from '../../degrade/gallery.js';
import { decodeImage } from '../../images/decode-image.js';
import { encodePng } from '../../images/encode-png.js';
import { commandHint } from '../../support/command-hint.js';
import { UserError } from '../../support/errors.js';
import { writeFileAtomically } from '../../support/files/atomic-file.js';
import { fileError } from '../../support/files/file-errors.js';
import { clearStagings } from '../../support/files/staging.js';
import { jsonLine } from '../../support/json-line.js';
import { names, text, wholeNumber } from '../../support/options/option-kinds.js';
import { type OptionTable, type OptionValues, resolveOptions } from '../../support/options/option-table.js';
import { pathLine } from '../../support/path-line.js';
import { printable } from '../../support/printable.js';
import type { Command } from '../command.js';
import { jsonOption } from '../shared-options.js';
import { levelsOption, seedOption, severityOption } from './degrade-options.js';

const options = {
  distortion: { kind: names(), placeholder: 'NAME,...', description: 'distortions, applied in this order' },
  level: { kind: wholeNumber({ min: 0 }), placeholder: 'N', description: 'the level, 0 to --levels' },
  levels: levelsOption,
  severity: severityOption,
  seed: seedOption,
  out: { kind: text('a PNG file'), placeholder: 'FILE.png', description: 'where to write the picture' },
  json: jsonOption,
} satisfies OptionTable;

export const imageCommand: Command = {
  name: 'degrade image',
  description: 'Applies the distortions of --distortion in their order, all at --level of --levels, to one photograph at full size.',
  operand: { placeholder: 'PHOTO', description: 'an image file' },
  groups: { Options: options },
  async run(given, [photo]) {
    await degradeImage(photo!, resolveOptions(options, given).values);
    return undefined;
  },
};

/** @throws UserError when an option is missing, the photograph cannot be read or the output exists. */
async function degradeImage(
  input: string,
  { out, distortion, level, levels, severity, seed, json }: OptionValues<typeof options>,
): Promise<void> {
  if (distortion === undefined)
    throw new UserError(`A degraded image needs --distortion NAME: "${commandHint('degrade list')}" shows the names.`);
  if (level === undefined) throw new UserError(`A degraded image needs --level, 0 to ${levels}.`);
  if (level > levels) throw new UserError(`--level must be a whole number from 0 to --levels, ${levels}, but received ${level}.`);
  if (out === undefined) throw new UserError('A degraded image needs --out FILE.png.');
  // Any other format would add a distortion of its own, or lose pixels' exact values.
  if (!/\.png$/i.test(out)) throw new UserError(`--out must end in .png, but received ${out}.`);
  await clearStagings(dirname(out));
  if (existsSync(out)) throw new UserError(`${out} already exists: choose another name or remove it.`);
  const composition: Composition = {
    ...(severity !== 'ordered' && { severity }),
    distortions: parseDistortionNames(distortion).flatMap((name, place) => singleDistortion(name, seed, place, severity).distortions),
  };
  const image = await degrade(await decodeImage(input), composition, level, levels);
  const { width, height } = image;
  try {
    await writeFileAtomically(out, await encodePng(image), { replaces: false });
  } catch (error) {
    throw fileError('write', out, error);
  }
  const strengths = strengthsOf(composition, level, levels);
  process.stderr.write(
    `${printable(input)}, ${width}x${height}: ${strengths.map(({ name, strength }) => `${name} ${strength}`).join(', ') || 'pristine'}\n`,
  );
  process.stdout.write(json ? jsonLine({ in: input, out, width, height, composition, level, levels, strengths }) : pathLine(out));
}
