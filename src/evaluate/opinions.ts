/** What people think of images: one mean opinion for each. */

export const directions = ['higher is better', 'lower is better'] as const;
export type Direction = (typeof directions)[number];

export interface RatedImage {
  /** As the benchmark names it: a path from the folder of images, or a file's name. */
  readonly image: string;
  /** As published, or the mean of the rows of the image. */
  readonly opinion: number;
  /** How many people's opinions it is the mean of, and their standard deviation, where a table has several rows of an image. */
  readonly raters?: number;
  readonly spread?: number;
}

/** The mean opinions of a benchmark. */
export interface Opinions {
  /** In datasets.json, or the name of the file of opinions. */
  readonly name: string;
  readonly direction: Direction;
  /** Least and greatest possible opinion, where that is known. */
  readonly range?: readonly [number, number];
  readonly homepage?: string;
  readonly licence?: string;
  readonly citation?: string;
  /** Where the images are. */
  readonly folder: string;
  /** Where relative paths of the table may begin, too. */
  readonly tableFolder?: string;
  /** Not empty; an image as often as the table has opinions on it. */
  readonly rated: readonly RatedImage[];
}
