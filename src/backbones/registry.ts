/** The backbones by name, as data. */
import { UserError } from '../support/errors.js';
import { suggestName } from '../support/nearest-name.js';
import type { Backbone } from './backbone.js';
import { type ClipResNetOptions, clipResNet } from './clip-resnet.js';

/** Of the pixels that CLIP was trained on (openai/CLIP, clip.py). */
const clipStatistics = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  standardDeviation: [0.26862954, 0.26130258, 0.27577711],
} as const;

function resNet(options: ClipResNetOptions): Pick<Backbone, 'embedding' | 'mean' | 'standardDeviation' | 'minimumSide' | 'embed'> {
  return {
    ...clipStatistics,
    embedding: options.embedding,
    // five halvings leave one position
    minimumSide: 32,
    embed: (context, pixels) => clipResNet(context, pixels, options),
  };
}

const backbones: readonly Backbone[] = [
  {
    name: 'clip-tiny',
    description: "a small instance of CLIP's ModifiedResNet with seeded initialisation: no pretrained weights",
    pretrained: 'none',
    trainNormalization: 'batch',
    ...resNet({ width: 16, blocks: [1, 1, 1, 1], heads: 8, embedding: 128 }),
  },
  {
    name: 'clip-rn50',
    description: "CLIP's RN50 image encoder (38.3 M parameters)",
    pretrained: 'required',
    trainNormalization: 'running',
    ...resNet({ width: 64, blocks: [3, 4, 6, 3], heads: 32, embedding: 1024 }),
  },
];

export const backboneNames: readonly string[] = backbones.map(({ name }) => name);

/** @throws UserError when no backbone has this name. */
export function findBackbone(name: string): Backbone {
  const backbone = backbones.find((candidate) => candidate.name === name);
  if (!backbone) throw new UserError(`Unknown backbone "${name}".${suggestName(name, backboneNames)}`);
  return backbone;
}
