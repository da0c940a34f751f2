/** The backbones by name: every family's entries, and those that a program registers. */
import { UserError } from '../support/errors.js';
import { suggestName } from '../support/nearest-name.js';
import type { Backbone } from './backbone.js';
import { clipBackbones } from './clip/clip.js';
import { dinoV2Backbones } from './dinov2/dinov2.js';
import { dinoV3Backbones } from './dinov3/dinov3.js';
import { peCoreBackbones } from './pe-core/pe-core.js';
import { resNetBackbones } from './resnet/resnet.js';
import { sigLip2Backbones } from './siglip2/siglip2.js';

const registered: Backbone[] = [
  ...clipBackbones,
  ...resNetBackbones,
  ...dinoV2Backbones,
  ...dinoV3Backbones,
  ...sigLip2Backbones,
  ...peCoreBackbones,
];

/** All entries, the default of a family first. */
export const backbones: readonly Backbone[] = registered;

export function backboneNames(): string[] {
  return registered.map(({ name }) => name);
}

/** @throws UserError when no backbone has this name. */
export function findBackbone(name: string): Backbone {
  const backbone = registered.find((candidate) => candidate.name === name);
  if (!backbone) {
    const isFile = /[/\\]|\.(pth?|ckpt|safetensors|bin|pkl|h5|keras|pb|tflite|gguf|zip|tar)$/i.test(name);
    const advice = isFile ? ' Weights in a file go with --weights, an encoder of its own is an .onnx file.' : '';
    throw new UserError(`Unknown backbone "${name}".${advice}${suggestName(name, backboneNames())}`);
  }
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
