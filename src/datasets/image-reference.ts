/** The origin of one pristine image: small, serialisable, and enough to load it in any thread. */

export type ImageReference = FileReference | ProceduralReference;

/** An image file on this machine. */
export interface FileReference {
  readonly kind: 'file';
  /** The path relative to the data set's folder, with `/` between folders: equal on every machine, so it may name random streams. */
  readonly id: string;
  readonly path: string;
  /** Factor by which the image is reduced when it is loaded, 1 or more; 1 when absent. */
  readonly downscale?: number;
}

/** An image rendered from a seed. */
export interface ProceduralReference {
  readonly kind: 'procedural';
  /** `procedural-<seed>-<index>`. */
  readonly id: string;
  readonly seed: number;
  readonly index: number;
  readonly width: number;
  readonly height: number;
  /** Its tones, colors and grain; absent: `plain`. */
  readonly look?: 'photographic' | undefined;
}
