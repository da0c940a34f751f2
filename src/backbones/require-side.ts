/** The sides of images that a backbone takes, checked before anything is built for them. */
import { UserError } from '../support/errors.js';
import type { Backbone } from './backbone.js';

type Sides = Pick<Backbone, 'name' | 'fixedSide' | 'minimumSide' | 'sideMultiple'>;

/** @throws UserError when the backbone cannot take square crops of this side, pixels. */
export function requireSide({ name, fixedSide, minimumSide, sideMultiple }: Sides, crop: number): void {
  if (crop !== (fixedSide ?? crop))
    throw new UserError(`--crop must be ${fixedSide}, the only size that ${name} takes, but received ${crop}.`);
  if (crop < minimumSide) throw new UserError(`--crop must be at least ${minimumSide} for ${name}, but received ${crop}.`);
  if (crop % sideMultiple !== 0) throw new UserError(`--crop must be a multiple of ${sideMultiple} for ${name}, but received ${crop}.`);
}
