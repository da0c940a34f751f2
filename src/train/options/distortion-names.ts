/** `--distortion` of a run: text that names distortions, and what it stands for. */
import { parseDistortionPool } from '../../degrade/composition.js';
import type { DistortionName } from '../../degrade/distortions/table.js';
import { kadid10k, kadidPool } from '../../degrade/kadid10k.js';

/** @throws UserError with the nearest name for an unknown one. */
export function distortionsOf({ distortion }: { readonly distortion: string }): readonly DistortionName[] {
  return parseDistortionPool(distortion.split(',').map((name) => name.trim()));
}

/** The option's value for a list of distortions. */
export function textOfDistortions(distortions: readonly string[]): string {
  return String(distortions) === String(kadid10k) ? kadidPool : distortions.join(',');
}
