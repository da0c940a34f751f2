/** People's opinions of images: one mean opinion for each. */

export const directions = ['higher is better', 'lower is better'] as const;
export type Direction = (typeof directions)[number];

export interface RatedImage {
  /** Its name in the benchmark: a path from the folder of images, or a file's name. */
  readonly image: string;
  /** The published opinion, or the mean of the rows of the image. */
  readonly opinion: number;
  /** Images with the same belong together, as distorted versions of one reference do; absent: nothing is known. */
  readonly group?: string;
  /** Number of people's opinions that it is the mean of, and their standard deviation, if a table has several rows of an image. */
  readonly raters?: number;
  readonly spread?: number;
}

/** The mean opinions of a benchmark. */
export interface Opinions {
  /** Name in datasets.json, or of the file of opinions. */
  readonly name: string;
  readonly direction: Direction;
  /** Least and greatest possible opinion, where that is known. */
  readonly range?: readonly [number, number];
  /** Side of the squares that images become in the protocol of MA-CLIP's authors, pixels; absent: they keep their size. */
  readonly paperSide?: number;
  readonly homepage?: string;
  readonly licence?: string;
  readonly citation?: string;
  /** The folder of the images. */
  readonly folder: string;
  /** Another folder where relative paths of the table may begin. */
  readonly tableFolder?: string;
  /** The opinions, not empty; an image occurs as often as the table has opinions on it. */
  readonly rated: readonly RatedImage[];
}
