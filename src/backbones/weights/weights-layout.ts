/**
 * Layouts of published weights as data: how a publisher's names become those of a backbone's parameters, with matrices transposed and
 * parts joined on the way. One reader applies them all: see `layOut`.
 */

/** The names and shapes that one publisher, or several alike, gives the tensors of a family. */
export interface WeightsLayout {
  /** The program that saves so, for messages: `Hugging Face`. */
  readonly savedBy: string;
  /** A tensor that every such model has; what comes before it in a file comes before all tensors of the model. */
  readonly landmark: string;
  /** Stored tensors that are no parameters. */
  readonly ignored?: RegExp;
  /** Applied one after the other to the name of every tensor. */
  readonly renames?: readonly (readonly [from: RegExp, to: string])[];
  /** Stored matrices that are transposed. */
  readonly transposed?: RegExp;
  /** Tensors that become one, one below the other. */
  readonly joins?: readonly Join[];
  /** Tensors that become several, in equal parts from the top. */
  readonly splits?: readonly Split[];
  /** Stored tensors whose first axes are of size 1 and dropped, but for the last axis. */
  readonly flattened?: RegExp;
  /** Stored tensors that a row of zeros is put before: of a token whose embedding has been added to the token itself. */
  readonly belowZeros?: RegExp;
  /** Biases that files leave out where they are zero. */
  readonly zeros?: readonly Zeros[];
}

export interface Join {
  /** Stored names of all parts. */
  readonly part: RegExp;
  /** The name of each part in order, and that of the whole before renaming: replacements for what `part` matches. */
  readonly parts: readonly string[];
  readonly to: string;
}

export interface Split {
  readonly whole: RegExp;
  /** The name of each part before renaming, a replacement for what `whole` matches; undefined for one that is left out. */
  readonly parts: readonly (string | undefined)[];
}

export interface Zeros {
  /** A stored matrix whose columns they are as many as. */
  readonly beside: RegExp;
  /** Their names before renaming, replacements for what `beside` matches. */
  readonly names: readonly string[];
}

/** A reader of the published weights of a family. */
export interface WeightsReader {
  /** The family, for messages: `CLIP`. */
  readonly family: string;
  /** The first whose landmark is there counts. */
  readonly layouts: readonly WeightsLayout[];
  /** Tensors of the image encoder that its graph does not need, by their names after reading. */
  readonly unused?: RegExp;
}
