/** Applies distortions to one photograph at full size, so that a person can see what one of them does. */
import { existsSync } from 'node:fs';
import { type Composition, degrade, parseDistortionNames, strengthsOf } from '../../degrade/composition.js';
import { singleDistortion } from '../../degrade/gallery.js';
import { decodeImage } from '../../images/decode-image.js';
import { encodePng } from '../../images/encode-png.js';
import { UserError } from '../../support/errors.js';
import { writeFileAtomically } from '../../support/files/atomic-file.js';
import type { DegradeFlags } from './degrade.js';

/**
 * The distortions of `--distortion` in their order, all at `--level` of `--levels`.
 * @throws UserError when a flag is missing, the photograph cannot be read or the output exists.
 */
export async function degradeImage({ in: input, out, distortion, level, levels, seed, json }: DegradeFlags): Promise<void> {
  if (input === undefined) throw new UserError('--level is for one photograph: state it with --in');
  if (distortion === undefined) throw new UserError('--in needs --distortion NAME; antonym degrade --list shows the names');
  if (level === undefined) throw new UserError(`--in needs --level, 0 to ${levels}`);
  if (level > levels) throw new UserError(`--level must be a whole number from 0 to --levels, ${levels}, but received ${level}`);
  if (out === undefined) throw new UserError('--in needs --out FILE.png');
  // Any other format would add a distortion of its own, or lose pixels' exact values.
  if (!/\.png$/i.test(out)) throw new UserError(`--out must end in .png, but received ${out}`);
  if (existsSync(out)) throw new UserError(`${out} already exists: choose another name or remove it.`);
  const composition: Composition = {
    distortions: parseDistortionNames(distortion).flatMap((name, place) => singleDistortion(name, seed, place).distortions),
  };
  const image = await degrade(await decodeImage(input), composition, level, levels);
  const { width, height } = image;
  await writeFileAtomically(out, await encodePng(image));
  const strengths = strengthsOf(composition, level, levels);
  process.stderr.write(
    `${input}, ${width}x${height}: ${strengths.map(({ name, strength }) => `${name} ${strength}`).join(', ') || 'pristine'}\n`,
  );
  process.stdout.write(json ? `${JSON.stringify({ in: input, out, width, height, composition, level, levels, strengths })}\n` : `${out}\n`);
}
