/** The backbones by name: every family's entries, and those that a program registers. */
import { UserError } from '../support/errors.js';
import { suggestName } from '../support/nearest-name.js';
import type { Backbone } from './backbone.js';
import { clipBackbones } from './clip/clip.js';
import { resNetBackbones } from './resnet/resnet.js';

const registered: Backbone[] = [...clipBackbones, ...resNetBackbones];

/** All entries, the default of a family first. */
export const backbones: readonly Backbone[] = registered;

export function backboneNames(): string[] {
  return registered.map(({ name }) => name);
}

/** @throws UserError when no backbone has this name. */
export function findBackbone(name: string): Backbone {
  const backbone = registered.find((candidate) => candidate.name === name);
  if (!backbone) throw new UserError(`Unknown backbone "${name}".${suggestName(name, backboneNames())}`);
  return backbone;
}

/**
 * Adds a backbone for as long as the program runs.
 * @throws Error when one of this name is there.
 */
export function registerBackbone(backbone: Backbone): void {
  if (registered.some(({ name }) => name === backbone.name)) throw new Error(`there is a backbone ${backbone.name} already`);
  registered.push(backbone);
}
