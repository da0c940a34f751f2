/** Ways to train a backbone other than its default: which parts stay as they are, what batch normalization does, which positions count. */
import { UserError } from '../support/errors.js';
import { suggestNear } from '../support/nearest-name.js';
import type { Backbone } from './backbone.js';

export interface BackboneOptions {
  /** Names of parts separated by commas, or `none`. */
  readonly freeze: string;
  readonly batchNorm: 'frozen' | 'train';
  readonly positionalEmbedding: 'drop' | 'keep' | 'none';
}

/** @throws UserError for what the backbone does not have. */
export function configureBackbone(backbone: Backbone, { freeze, batchNorm, positionalEmbedding }: BackboneOptions): Backbone {
  const { name, batchNormalization, embedWithPositions, embedWithoutPositions, embed, reader } = backbone;
  if (batchNorm === 'train' && !batchNormalization) {
    throw new UserError(`--batch-norm train does not fit ${name}, which has no batch normalization that could be trained. Leave it out.`);
  }
  if (positionalEmbedding === 'keep' && !embedWithPositions) {
    throw new UserError(
      `--positional-embedding keep does not fit ${name}: ` +
        (backbone.pretrained === 'none' ? 'it was never trained with one' : 'it always has its own, for any size'),
    );
  }
  if (positionalEmbedding === 'none' && !embedWithoutPositions) {
    throw new UserError(
      `--positional-embedding none is for vision transformers of CLIP, but the backbone is ${name}: leave it out, which drops an attention pool's.`,
    );
  }
  const frozen = frozenParts(backbone, freeze);
  const without = positionalEmbedding === 'none' ? embedWithoutPositions : undefined;
  return {
    ...backbone,
    trainNormalization: batchNorm === 'train' ? 'batch' : 'running',
    embed: positionalEmbedding === 'keep' ? embedWithPositions! : (without?.embed ?? embed),
    ...(without && { reader: { ...reader, unused: without.unused } }),
    isFrozen: (parameter) => frozen.some((part) => part.test(parameter)),
  };
}

function frozenParts({ name, parts }: Backbone, freeze: string): RegExp[] {
  if (freeze === 'none') return [];
  const known = Object.keys(parts);
  const chosen = freeze.split(',').map((part) => part.trim());
  if (known.length === 0) throw new UserError(`--freeze does not fit ${name}: the names of its weights tell no parts apart.`);
  if (known.every((part) => chosen.includes(part))) throw new UserError(`--freeze ${freeze} leaves nothing of ${name} to train.`);
  return chosen.map((part) => {
    if (Object.hasOwn(parts, part)) return parts[part]!;
    throw new UserError(`--freeze: ${name} has no part "${part}", only ${known.join(', ')}.${suggestNear(part, known)}`);
  });
}
