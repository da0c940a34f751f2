import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCsvOpinions } from '#antonym/evaluate/csv-opinions.js';
import { matchImages } from '#antonym/evaluate/match-images.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const folder = await temporaryFolder();

async function table(name: string, text: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

describe('a CSV file of opinions', () => {
  test('gives every image its opinion, whatever the separator, quotes and other columns', async () => {
    const rated = [
      { image: 'a, b.png', opinion: 3.5 },
      { image: 'x/c.png', opinion: -2 },
    ];
    for (const text of [
      '\ufeffstd,mos,image\r\n1,3.5,"a, b.png"\r\n2,-2,x/c.png\r\n\r\n',
      'image;mos\n"a, b.png";3.5\nx\\c.png;-2e0\n',
      'image\tmos\na, b.png\t3.5\nx/c.png\t-2\n',
    ]) {
      expect((await readCsvOpinions(await table('any.csv', text))).rated).toEqual(rated);
    }
  });

  test('is named after itself, or after its folder where its own name says nothing', async () => {
    await mkdir(join(folder, 'mine', 'images'), { recursive: true });
    const text = 'image,mos\na.png,1\n';
    const opinions = await readCsvOpinions(await table('mine/mos.csv', text));
    expect(opinions).toMatchObject({ name: 'mine', direction: 'higher is better', folder: join(folder, 'mine', 'images') });
    expect(await readCsvOpinions(await table('family.csv', text))).toMatchObject({ name: 'family', folder });
    expect((await readCsvOpinions(await table('family.csv', text), {}, 'elsewhere')).folder).toBe('elsewhere');
  });

  test('takes other columns and directions', async () => {
    const path = await table('any.csv', 'file,dmos\na.png,1\n');
    const columns = { image: 'file', opinion: 'dmos' };
    expect(await readCsvOpinions(path, { ...columns, direction: 'lower is better' })).toMatchObject({
      direction: 'lower is better',
      rated: [{ image: 'a.png', opinion: 1 }],
    });
    await expect(readCsvOpinions(path, columns)).rejects.toThrow('is a higher "dmos" better or worse?');
  });

  test.each([
    [
      'no such column',
      'image,mso\na.png,1\n',
      /has no column "mos"\. Did you mean "mso"\? Say which column it is with --mos-column; there are image, mso$/,
    ],
    ['no opinions', 'image,mos\n', /any\.csv has no opinions in it$/],
    ['nothing', '', /any\.csv is empty: a row of names is needed/],
    ['no number', 'image,mos\na.png,1\nb.png,good\n', /any\.csv, row 3: the opinion of b\.png must be a number, but received good$/],
    ['an empty opinion', 'image,mos\na.png,\n', /row 2: the opinion of a\.png must be a number, but received nothing$/],
    ['an image without a name', 'image,mos\n,1\n', /row 2: the image has no name$/],
    ['an image twice', 'image,mos\na.png,1\na.png,2\n', /row 3: a\.png has an opinion already, in row 2\. Remove one$/],
    ['rows of different lengths', 'image,mos\na.png,1,2\n', /any\.csv is no table: [^\n]+$/],
    ['a quote that does not end', 'image,mos\n"a.png,1\n', /any\.csv is no table: [^\n]+$/],
  ])('%s is one line', async (_, text, message) => {
    await expect(readCsvOpinions(await table('any.csv', text))).rejects.toThrow(message);
  });

  test('that is not there, or is far too large, is not read', async () => {
    await expect(readCsvOpinions(join(folder, 'nowhere.csv'))).rejects.toThrow(
      /Cannot read the opinions .*nowhere\.csv: it does not exist\.$/,
    );
    const path = await table('large.csv', '');
    await import('node:fs/promises').then(({ truncate }) => truncate(path, 2 ** 30));
    await expect(readCsvOpinions(path)).rejects.toThrow(/large\.csv has 1024 MiB: opinions are at most 64$/);
  });
});

describe('images of opinions', () => {
  const rate = (...images: string[]) => images.map((image) => ({ image, opinion: 1 }));

  test('are found by path, by name, and in any case; the others are named', async () => {
    const images = join(folder, 'found');
    for (const sub of ['one', 'two']) await mkdir(join(images, sub), { recursive: true });
    for (const file of ['one/a.png', 'two/a.png', 'two/B.PNG', 'c.jpg', 'notes.txt']) await writeFile(join(images, file), '');
    const { found, missing, withoutOpinion } = await matchImages(images, rate('two/a.png', 'b.png', 'a.png', 'd.jpg'));
    expect(found).toEqual([
      { image: 'two/a.png', opinion: 1, path: join(images, 'two/a.png') },
      { image: 'b.png', opinion: 1, path: join(images, 'two/B.PNG') },
    ]);
    // one/a.png or two/a.png: nobody knows
    expect(missing).toEqual(['a.png', 'd.jpg']);
    expect(withoutOpinion).toEqual(['c.jpg', 'one/a.png']);
  });

  test('that are nowhere are an error with the nearest name', async () => {
    const images = join(folder, 'other');
    await mkdir(images);
    await writeFile(join(images, 'photo-1.png'), '');
    await expect(matchImages(images, rate('photo_1.png'))).rejects.toThrow(
      /^none of the 1 images is in .*other \(1 image files\): for example photo_1\.png\. Did you mean "photo-1\.png"\? Say where they are with --images$/,
    );
    await expect(matchImages(join(folder, 'nowhere'), rate('a.png'))).rejects.toThrow(
      /Cannot read the folder of images .*: it does not exist\.$/,
    );
  });
});
