/** Places and terms of published weights, as data. */

/** A file on the Hugging Face hub. */
export interface PublishedFile {
  /** `OWNER/NAME` */
  readonly repository: string;
  /** A commit, or a branch where none is known. */
  readonly revision: string;
  readonly name: string;
  /** Digest of its content, in hexadecimal, where known. */
  readonly sha256?: string;
}

export interface Licence {
  /** An SPDX identifier, or the licence's own name. */
  readonly name: string;
  /** Its text, where the name alone does not say which. */
  readonly address?: string;
  /** True when what is trained from the weights falls under it too. */
  readonly bindsDerivatives: boolean;
}

/** In words, such as `the DINOv3 License (https://...), which also binds what is trained from the weights`. */
export function describeLicence({ name, address, bindsDerivatives }: Licence): string {
  const place = address === undefined ? '' : ` (${address})`;
  return `${/licen[cs]e/i.test(name) ? `the ${name}` : `the licence ${name}`}${place}${bindsDerivatives ? ', which also binds what is trained from the weights' : ''}`;
}

/** Weights that someone has published for an architecture. */
export interface PublishedWeights {
  /** Their source. */
  readonly origin: string;
  readonly licence: Licence;
  /** The file as it was published first, where its digest is known. */
  readonly original?: Required<Pick<PublishedFile, 'name' | 'sha256'>>;
  /** A copy in a format that tools exchange. */
  readonly hub: PublishedFile;
  /** Further files of its repository that are needed beside it. */
  readonly beside?: readonly string[];
}
