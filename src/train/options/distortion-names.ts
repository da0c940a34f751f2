/** `--distortion` of a run: text that names distortions, and what it stands for. */
import { parseDistortionPool } from '../../degrade/composition.js';
import type { DistortionName } from '../../degrade/distortions/table.js';
import { kadid10k } from '../../degrade/kadid10k.js';

/** The distortions drawn from by default. */
export const kadidDistortions = 'kadid-10k';

/** @throws UserError with the nearest name for an unknown one. */
export function distortionsOf({ distortion }: { readonly distortion: string }): readonly DistortionName[] {
  return distortion === kadidDistortions ? kadid10k : parseDistortionPool(distortion.split(',').map((name) => name.trim()));
}

/** The option's value for a list of distortions. */
export function textOfDistortions(distortions: readonly string[]): string {
  return String(distortions) === String(kadid10k) ? kadidDistortions : distortions.join(',');
}
