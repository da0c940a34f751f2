/** The origin of the weights that training starts from, and their terms: the facts travel with checkpoints and exported models. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import type { Licence, PublishedWeights } from '../backbones/published-weights.js';
import type { TensorSource } from '../backbones/weights/tensor-source.js';
import { digestOfFile } from '../support/files/file-digest.js';

export const weightsOriginSchema = z.strictObject({
  /** For people: an address, or the name of a file. */
  source: z.string(),
  /** SHA-256 of a file. */
  sha256: z.string().optional(),
  /** Absent: not known to this program. */
  licence: z.string().optional(),
  /** True when what is trained from the weights falls under their licence, too. */
  bindsDerivatives: z.boolean().optional(),
});

export type WeightsOrigin = z.infer<typeof weightsOriginSchema>;

/** The key of a checkpoint's metadata with the origin as JSON. */
export const originName = 'weights';

/**
 * A checkpoint in this layout may be QualiCLIP's, whose authors publish it under CC BY-NC 4.0 (https://github.com/miccunifi/QualiCLIP); trainers
 * put prefixes such as `module.` before all names.
 */
const isLikeQualiClip = (names: readonly string[]): boolean =>
  names.some((name) => /(^|\.)prompts_features$/.test(name)) && names.some((name) => /(^|\.)clip_model\./.test(name));

/** A repository of the Hugging Face hub, by its name. */
export function hubOrigin(repository: string, published?: PublishedWeights): WeightsOrigin {
  return { source: `https://huggingface.co/${repository}`, ...termsByName(repository, published) };
}

/** A warning about terms that allow less than the others; undefined where nothing is known. */
export function termsWarning({ source, licence }: WeightsOrigin): string | undefined {
  return licence?.startsWith(nonCommercial) ? `warning: ${source}: commercial use is not allowed (${licence})` : undefined;
}

/** Terms that follow from a name, or from the architecture, where all that is published of it has them. */
function termsByName(name: string, published?: PublishedWeights): Pick<WeightsOrigin, 'licence' | 'bindsDerivatives'> | undefined {
  if (isNotForSale.test(name)) return { licence: `${nonCommercial} if these are what their name says`, bindsDerivatives: true };
  return published?.licence.bindsDerivatives ? termsOf(published.licence) : undefined;
}

const nonCommercial = 'CC-BY-NC-4.0';
/** ResNets that Facebook trained with the photographs of others' (timm's `fb_ssl_*`, `fb_swsl_*`, `fb_wsl_*`), for research alone. */
const isNotForSale = /fb_(ssl|swsl|wsl)|[_-](ssl|swsl|wsl)\b/;

/** Weights that were downloaded as a backbone's published ones. */
export function publishedOrigin({ origin, licence }: PublishedWeights): WeightsOrigin {
  return { source: origin, ...termsOf(licence) };
}

/**
 * A file or folder that the user gave: published weights are known by their SHA-256, others by what they call themselves.
 * @param published of the backbone that is wanted
 */
export async function givenOrigin(path: string, { tensors }: TensorSource, published?: PublishedWeights): Promise<WeightsOrigin> {
  const name = basename(path);
  const sha256 = (await stat(path)).isFile() ? await digestOfFile(path) : undefined;
  if (published && sha256 !== undefined && [published.original?.sha256, published.hub.sha256].includes(sha256)) {
    return { source: `${name} of ${published.origin}`, sha256, ...termsOf(published.licence) };
  }
  const file = { source: name, ...(sha256 !== undefined && { sha256 }) };
  const terms = termsByName(path, published);
  if (terms) return { ...file, ...terms };
  if (!isLikeQualiClip([...tensors.keys()])) return file;
  return {
    ...file,
    source: `${name}, in the layout of QualiCLIP's checkpoint`,
    licence: `${nonCommercial} if it is that one`,
    bindsDerivatives: true,
  };
}

/** The origin in a checkpoint's metadata; undefined where there is none: its run began from random weights, or is older. */
export function storedOrigin({ [originName]: text }: Readonly<Record<string, string>>): WeightsOrigin | undefined {
  return text === undefined ? undefined : weightsOriginSchema.parse(JSON.parse(text));
}

function termsOf({ name, address, bindsDerivatives }: Licence): Pick<WeightsOrigin, 'licence' | 'bindsDerivatives'> {
  return { licence: address === undefined ? name : `${name} (${address})`, bindsDerivatives };
}
