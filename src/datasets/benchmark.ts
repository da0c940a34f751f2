/** Benchmarks of human opinion in datasets.json: source, terms of use and layout of the files. */
import { z } from 'zod';

const file = z.string().min(1);
const column = z.string().min(1);

const image = column.describe(
  'The name of an image, made of columns: `{name}` is the value in the column of that name, `{2}` that in the second column, `{name:4}` has at least four digits.',
);

const reference = column
  .optional()
  .describe('What the image is a distorted version of, made of columns: such images stay together where they are split.');

const textTable = z.strictObject({
  format: z.literal('text').describe('Text files: CSV, or values separated by spaces.'),
  files: z.array(file).min(1).describe('Paths from the folder; all text files of a folder where one is named.'),
  spaces: z.boolean().optional().describe('Values are separated by spaces.'),
  header: z.boolean().optional().describe('Whether the first row has names of columns; default: true.'),
  image,
  opinion: column.describe('The column of opinions, `{name}` or `{2}`.'),
  reference,
});

const sheet = z.strictObject({
  format: z.literal('xlsx').describe('A workbook of Excel.'),
  file,
  sheet: z.string().optional().describe('The name of the sheet; default: the first.'),
  headerRow: z.int().min(1).max(100).optional().describe('The row with names of columns; default: 1.'),
  image,
  rename: z.record(z.string(), z.string()).optional().describe('Values of columns that are others in the names of images.'),
  opinion: column,
  reference,
});

const variable = z.strictObject({ file, variable: z.string().min(1) });

const matlab = z.strictObject({
  format: z.literal('mat').describe('Variables of MATLAB, an array for each of names and opinions.'),
  images: z
    .union([
      variable,
      z.strictObject({
        numbered: z
          .array(z.strictObject({ name: z.string().describe('`{1}` is the number.'), count: z.int().min(1).max(1_000_000) }))
          .min(1)
          .describe('Images numbered from 1 on, in the order of opinions.'),
      }),
    ])
    .describe('A cell array of names, or names made of numbers.'),
  opinion: variable,
  skip: z.int().min(0).optional().describe('How many of the first images are no part of the benchmark.'),
  pristine: variable.optional().describe('An array that is not 0 for reference images, which are left out.'),
});

export const benchmarkSchema = z.strictObject({
  description: z.string().describe('What the images are, in a sentence.'),
  homepage: z.url().describe('Where images and opinions can be had.'),
  licence: z.string().describe('The terms under which they may be used.'),
  citation: z.string().describe('How to cite them.'),
  path: z.string().min(1).describe('The folder, relative to this file. It may be absent until it is downloaded.'),
  images: z.strictObject({
    folder: z.string().optional().describe('The folder of images, from `path`; default: `path` itself. Subfolders are searched.'),
    count: z.int().min(1).describe('How many images have an opinion.'),
  }),
  direction: z.enum(['higher is better', 'lower is better']),
  range: z.tuple([z.number(), z.number()]).optional().describe('Least and greatest opinion.'),
  paper: z
    .strictObject({ side: z.int().min(32).max(4096).describe('Side of the squares that images become first, pixels.') })
    .optional()
    .describe("The protocol of MA-CLIP's authors, for `evaluate --protocol paper`; absent: images keep their size."),
  layout: z.discriminatedUnion('format', [textTable, sheet, matlab]).describe('Where the opinions are.'),
  unverified: z.array(z.string()).optional().describe('What of this is from memory or from others, not from the published files.'),
});

/** The entry of a benchmark in datasets.json, its `path` made absolute. */
export type BenchmarkDescription = z.infer<typeof benchmarkSchema>;
export type BenchmarkLayout = BenchmarkDescription['layout'];
