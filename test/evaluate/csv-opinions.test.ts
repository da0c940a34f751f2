import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readCsvOpinions } from '#antonym/evaluate/csv-opinions.js';
import { evaluateOpinion } from '#antonym/evaluate/evaluate-opinion.js';
import { matchImages } from '#antonym/evaluate/match-images.js';
import { zip } from '../support/archives/make-zip.js';
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
      // as spreadsheets keep cells that were emptied
      'sep=;\nimage;mos\n;;;\na, b.png;3.5;;\n;\nx/c.png;-2\n;;;;\n',
      'image|mos\na, b.png|3.5\nx/c.png|-2\n',
      // a line break inside of quotes, and lines that end as on two systems
      'note,image,mos\r\n"good,\nor ""not""","a, b.png",3.5\n-,x/c.png,-2\r\n',
      '# of the laboratory, 2020\nimage;mos\na, b.png;3.5\nx/c.png;-2\n',
      // a title above the names of the columns
      ',Study,\n,,\nn,image,mos\n1,"a, b.png",3.5\n2,x/c.png,-2\n',
      'image;mos\na, b.png;3,5 %\nx/c.png;-2%\n',
      'Study 1, 2020, of a laboratory\nimage;mos\na, b.png;3,5\nx/c.png;-2\n\u001a',
      '\u200bimage;mos\u2060\n\u200ba, b.png\u200b;\u200b3.5\nx/c.png;-2\n',
      '[{"image": "a, b.png", "mos": 3.5}, {"n": null, "mos": "-2", "image": "x/c.png"}]',
      '\ufeff{"image": "a, b.png", "mos": 3.5}\r\n{"image": "x/c.png", "mos": -2}\r\n\n',
      'image;mos\na, b.png;3,5/5\nx/c.png;-2 / 5\n',
    ]) {
      expect((await readCsvOpinions(await table('any.csv', text))).rated).toEqual(rated);
    }
  });

  test('is read with spaces between the values where no other separator stands', async () => {
    const { rated } = await readCsvOpinions(await table('any.txt', 'image    mos\na.png    3.5\nbcdef.png 2\n'));
    expect(rated).toEqual([
      { image: 'a.png', opinion: 3.5 },
      { image: 'bcdef.png', opinion: 2 },
    ]);
  });

  const names = ['Größe.png', 'Café été.png', 'x.png'];
  const expected = names.map((image, index) => ({ image, opinion: index + 1.5 }));
  const lines = (separator: string, decimal = '.'): string =>
    [
      `image${separator}mos`,
      ...expected.map(({ image, opinion }) => `${image}${separator}${String(opinion).replace('.', decimal)}`),
      '',
    ].join('\r\n');

  test.each([
    ['UTF-8 with a mark', Buffer.from(`\ufeff${lines(',')}`)],
    ['UTF-16 of Excel', Buffer.from(`\ufeff${lines('\t')}`, 'utf16le')],
    ['UTF-16 without a mark', Buffer.from(lines('\t'), 'utf16le')],
    ['UTF-16, big-endian', Buffer.from(`\ufeff${lines('\t')}`, 'utf16le').swap16()],
    ['Windows-1252', Buffer.from(lines(';', ','), 'latin1')],
    ['decimal commas', Buffer.from(lines(';', ','))],
    ['quoted decimal commas', Buffer.from(lines(',').replaceAll(/(\d)\.(\d)/g, '"$1,$2"'))],
    ['a line that names the separator', Buffer.from(`sep=|\r\n${lines('|')}`)],
    ['rows of nothing', Buffer.from(`${lines(',')},\r\n,\r\n \r\n`)],
    ['names of columns in capitals', Buffer.from(lines(',').replace('image,mos', 'Image,MOS'))],
  ])('is read with %s', async (_, bytes) => {
    expect((await readCsvOpinions(await table('any.csv', bytes))).rated).toEqual(expected);
  });

  test('keeps characters whose UTF-16 bytes are those of separators', async () => {
    const chinese = ['三月.jpg', '上海.jpg', '下雨.jpg', '不动.jpg'];
    const text = `\ufeffimage\tmos\r\n${chinese.map((name) => `${name}\t1\r\n`).join('')}`;
    const { rated } = await readCsvOpinions(await table('any.txt', Buffer.from(text, 'utf16le')));
    expect(rated.map(({ image }) => image)).toEqual(chinese);
  });

  test('may be a workbook', async () => {
    const path = fileURLToPath(new URL('golden/benchmarks/csiq/csiq.DMOS.xlsx', import.meta.url));
    await expect(readCsvOpinions(path)).rejects.toThrow(/csiq\.DMOS\.xlsx has no column "image".*Of a workbook the first sheet is read\.$/);
    const locked = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600), Buffer.from('EncryptedPackage', 'utf16le')]);
    await expect(readCsvOpinions(await table('locked.xlsx', locked))).rejects.toThrow(
      /locked\.xlsx is protected by a password: save it without one\.$/,
    );
  });

  test('may be a workbook with more at its end, as a member of an archive has it', async () => {
    const bytes = await readFile(fileURLToPath(new URL('golden/benchmarks/csiq/csiq.DMOS.xlsx', import.meta.url)));
    const end = bytes.subarray(bytes.lastIndexOf('PK\x05\x06'));
    await expect(readCsvOpinions(await table('twice.xlsx', Buffer.concat([bytes, end])))).rejects.toThrow(
      /twice\.xlsx (has no column "image"|is not a workbook)/,
    );
  });

  const workbook = (sheets: string, content = ''): Promise<string> => {
    const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
    const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
    const sheet = (opinion: string): string =>
      `<worksheet xmlns="${main}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>image</t></is></c><c r="B1" t="inlineStr">` +
      `<is><t>mos</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>a.png</t></is></c>${opinion}</row></sheetData></worksheet>`;
    const parts = {
      'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${relations}"><sheets>${sheets}</sheets></workbook>`,
      'xl/_rels/workbook.xml.rels': `<Relationships>${[1, 2].map((id) => `<Relationship Id="rId${id}" Type="${relations}/worksheet" Target="worksheets/sheet${id}.xml"/>`).join('')}</Relationships>`,
      'xl/worksheets/sheet1.xml': sheet('<c r="B2"><v>1</v></c>'),
      'xl/worksheets/sheet2.xml': sheet(content),
      'xl/styles.xml': `<styleSheet xmlns="${main}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`,
    };
    const contents = Object.values(parts).map((text) => Buffer.from(text));
    return table('made.xlsx', zip({ names: Object.keys(parts), contents, method: 8 }));
  };
  const hidden = '<sheet name="a" sheetId="1" state="hidden" r:id="rId1"/>';

  test('of a workbook is the first sheet that is seen, with the values of formulas', async () => {
    const seen = await workbook(`${hidden}<sheet name="b" sheetId="2" r:id="rId2"/>`, '<c r="B2"><f>1+1</f><v>2</v></c>');
    expect((await readCsvOpinions(seen)).rated).toEqual([{ image: 'a.png', opinion: 2 }]);
    const both = '<sheet name="a" sheetId="1" r:id="rId1"/><sheet name="b" sheetId="2" r:id="rId2"/>';
    expect((await readCsvOpinions(await workbook(both))).rated).toEqual([{ image: 'a.png', opinion: 1 }]);
  });

  test('of a workbook with a day in the place of an opinion is refused', async () => {
    const path = await workbook('<sheet name="b" sheetId="2" r:id="rId2"/>', '<c r="B2" s="1"><v>45415</v></c>');
    await expect(readCsvOpinions(path)).rejects.toThrow(/the opinion of a\.png must be a number, but received 2024-05-03\.$/);
  });

  test('of another program is told', async () => {
    const of = (name: string): Promise<string> => table('other.zip', zip({ content: Buffer.from('x'), method: 8, names: [name] }));
    await expect(readCsvOpinions(await of('content.xml'))).rejects.toThrow(
      /is not a table, but a document of LibreOffice, such as ods: save/,
    );
    await expect(readCsvOpinions(await of('mos.csv'))).rejects.toThrow(/is not a table, but a zip archive: unpack it\.$/);
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
    await expect(readCsvOpinions(path, columns)).rejects.toThrow('Is a higher "dmos" better or worse?');
  });

  test.each([
    [
      'no such column',
      'image,mso\na.png,1\n',
      /has no column "mos"\. Did you mean "mso"\? Say which column it is with --mos-column; there are image, mso\.$/,
    ],
    [
      'no column like it',
      'image,votes\na.png,1\n',
      /has no column "mos"\. Say which column it is with --mos-column; there are image, votes\.$/,
    ],
    ['no opinions', 'image,mos\n', /any\.csv has no opinions in it\.$/],
    ['nothing', '', /any\.csv is empty: a row of names is needed/],
    ['no number', 'image,mos\na.png,1\nb.png,good\n', /any\.csv, row 3: the opinion of b\.png must be a number, but received good\.$/],
    ['an empty opinion', 'image,mos\na.png,\n', /row 2: the opinion of a\.png must be a number, but received nothing\.$/],
    ['an image without a name', 'image,mos\n,1\n', /row 2: the image has no name\.$/],
    ['a hexadecimal number', 'image,mos\na.png,0x10\n', /the opinion of a\.png must be a number, but received 0x10\.$/],
    ['a binary number', 'image,mos\na.png,0b11\n', /must be a number, but received 0b11\.$/],
    ['a number beyond all scales', 'image,mos\na.png,1e308\n', /must be from -1e9 to 1e9, but received 1e308\.$/],
    ['a column twice', 'image,mos,mos\na.png,1,2\n', /any\.csv has 2 columns "mos": which one is meant\? Rename the others\.$/],
    ['points and commas', 'image;mos\na.png;1,5\nb.png;2.5\n', /decimals have a point in row 3 and a comma in row 2: use one of them\.$/],
    ['what may be thousands', 'image,mos\na.png,"1,950"\nb.png,950\n', /1,950 may be thousands or have decimals, since there is 950, too/],
    ['different units', 'image,mos\na.png,4/5\nb.png,80%\n', /the opinion of a\.png must be a number, but received 4\/5\.$/],
    ['no text', 'image,mos\na\0.png,1\n', /any\.csv is not a table: it has bytes that no text has\.$/],
    ['rows of different lengths', 'image,mos\na.png,1,2\n', /any\.csv is not a table: [^\n]+\.$/],
    ['a name of two lines', '"image\n(file)",mos\na.png,1\n', /has no column "image"\. Did you mean "image\\n\(file\)"\?[^\n]+\.$/],
    ['Parquet', 'PAR1\u0015\u0004', /any\.csv is not a table, but a Parquet file: save it as CSV\.$/],
    ['a pointer of Git LFS', 'version https://git-lfs.github.com/spec/v1\n', /any\.csv is not a table: it is a pointer of Git LFS/],
    ['a web page', '<!DOCTYPE html>\n<html>', /any\.csv is not a table: it is a web page\. Download the file itself\.$/],
    ['JSON of numbers', '[1, 2]', /any\.csv is not a table: it is JSON/],
    ['JSON of lists', '[{"image": "a.png", "mos": 1}, [2]]', /any\.csv is JSON, but not a list of objects, such as [^\n]+\.$/],
    ['JSON by name', '{"a.png": 1}\n{"b.png": 2', /any\.csv is JSON, but not a list of objects[^\n]+\(line 2: [^\n]+\)\.$/],
    ['JSON that is cut off', '[{"image": "a.png", "mos"', /any\.csv is damaged JSON: [^\n]+\.$/],
    ['a quote that does not end', 'image,mos\n"a.png,1\n', /any\.csv is not a table: [^\n]+\.$/],
  ])('%s is one line', async (_, text, message) => {
    await expect(readCsvOpinions(await table('any.csv', text))).rejects.toThrow(message);
  });

  test('that is not there, or is far too large, is not read', async () => {
    await expect(readCsvOpinions(join(folder, 'nowhere.csv'))).rejects.toThrow(
      /Cannot read the opinions .*nowhere\.csv: it does not exist\.$/,
    );
    const path = await table('large.csv', '');
    await import('node:fs/promises').then(({ truncate }) => truncate(path, 2 ** 30));
    await expect(readCsvOpinions(path)).rejects.toThrow(/large\.csv: it has 1024 MiB, and no such file has more than 64\.$/);
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

  async function images(name: string, files: readonly string[]): Promise<string> {
    const there = join(folder, name, 'images');
    for (const file of files) {
      await mkdir(join(there, file, '..'), { recursive: true });
      await writeFile(join(there, file), '');
    }
    return there;
  }
  const pathsOf = async (there: string, ...rated: string[]) => {
    const { found, missing } = await matchImages(there, rate(...rated), join(there, '..'));
    return { found: found.map(({ path }) => path.slice(there.length + 1)), missing };
  };

  test('are found whatever the form of Unicode', async () => {
    const composed = ['Größe.jpg', 'Café été.jpg', 'プール.jpg'];
    const there = await images(
      'unicode',
      composed.map((name) => name.normalize('NFD')),
    );
    expect(await pathsOf(there, ...composed)).toEqual({ found: composed.map((name) => name.normalize('NFD')), missing: [] });
  });

  test('are found by paths from anywhere', async () => {
    const there = await images('paths', ['p0.jpg', 'sub/p1.jpg', 'p2.jpg', 'p3.jpg', 'p4.jpg']);
    const given = [join(there, 'p0.jpg'), './sub/p1.jpg', './images/p2.jpg', 'C:/data/images/p3.jpg', '/elsewhere/photos/p4.jpg'];
    expect(await pathsOf(there, ...given)).toEqual({ found: ['p0.jpg', 'sub/p1.jpg', 'p2.jpg', 'p3.jpg', 'p4.jpg'], missing: [] });
  });

  test('that the table names by whole paths elsewhere are all: its own folder is not looked at', async () => {
    const there = await images('whole', ['p0.jpg', 'p1.jpg']);
    const downloads = await images('downloads', ['other.jpg']);
    const whole = await matchImages(downloads, rate(join(there, 'p0.jpg'), join(there, 'p1.jpg')), downloads);
    expect([whole.found.length, whole.withoutOpinion]).toEqual([2, []]);
    const inside = await matchImages(downloads, rate(join(there, 'p0.jpg'), join(downloads, 'other.jpg')), downloads);
    expect(inside.found).toHaveLength(2);
    expect((await matchImages(there, rate(join(there, 'p0.jpg')), there)).withoutOpinion).toEqual(['p1.jpg']);
  });

  test('are not found by a name that two paths of the table have', async () => {
    const there = await images('twice', ['test/001.jpg', 'test/002.jpg']);
    expect(await pathsOf(there, 'train/001.jpg', 'test/001.jpg', 'old/002.jpg')).toEqual({
      found: ['test/001.jpg', 'test/002.jpg'],
      missing: ['train/001.jpg'],
    });
  });

  test('are found without their extension, unless it could be several', async () => {
    const there = await images('stems', ['953619.jpg', '953958.jpg', '953958.png', 'a.b.jpg']);
    expect(await pathsOf(there, '953619', '953958', 'a.b', '95361')).toEqual({
      found: ['953619.jpg', 'a.b.jpg'],
      missing: ['953958', '95361'],
    });
  });

  test('of which more than a tenth is lost stop the evaluation before anything is scored', async () => {
    const there = await images(
      'lost',
      Array.from({ length: 17 }, (_, index) => `${index}.jpg`),
    );
    const bootstrap = { resamples: 100, seed: 1, confidence: 0.95 };
    const evaluate = (count: number, allowMissing = false) => {
      const rated = rate(...Array.from({ length: count }, (_, index) => `${index}.jpg`));
      return evaluateOpinion({ name: 'lost', direction: 'higher is better', folder: there, rated }, [], bootstrap, {}, { allowMissing });
    };
    await expect(evaluate(19)).rejects.toThrow(
      /^2 of the 19 images that have an opinion are not there, for example 17\.jpg: [^\n]* Add --allow-missing to have them\.$/,
    );
    const named = (...names: string[]) => matchImages(there, rate(...names));
    await expect(named('Ôîòî.jpg')).rejects.toThrow(/If these letters are not those of the table, save it in UTF-8\./);
    await expect(named('photo.jpg')).rejects.toThrow(/^(?!.*UTF-8).* Say where they are with --images\.$/);
    // The files are empty: what stops it now is that none can be scored.
    await expect(evaluate(18)).rejects.toThrow(/None of the 17 images can be scored/);
    await expect(evaluate(19, true)).rejects.toThrow(/None of the 17 images can be scored/);
  });

  test('have the mean of several opinions, whatever names the rows give them', async () => {
    const there = await images('raters', ['sub/q.jpg', 'r.jpg']);
    const rated = ['sub/q.jpg', './sub/q.jpg', 'q.jpg', 'r.jpg'].map((image, index) => ({ image, opinion: index + 1 }));
    const { found } = await matchImages(there, rated);
    expect(found).toEqual([
      { image: 'sub/q.jpg', opinion: 2, raters: 3, spread: 1, path: join(there, 'sub/q.jpg') },
      { image: 'r.jpg', opinion: 4, path: join(there, 'r.jpg') },
    ]);
  });

  test('are found by names with the escapes of a URL', async () => {
    const there = await images('escaped', ['my photo.jpg', '100%25.jpg', 'b.jpg']);
    const { found } = await matchImages(there, rate('https://x.org/a/my%20photo.jpg', '100%25.jpg', 'b%zz.jpg', 'b.jpg'));
    expect(found.map(({ path }) => path)).toEqual(['my photo.jpg', '100%25.jpg', 'b.jpg'].map((name) => join(there, name)));
  });

  test('that are nowhere are an error with the nearest name', async () => {
    const images = join(folder, 'other');
    await mkdir(images);
    await writeFile(join(images, 'photo-1.png'), '');
    await expect(matchImages(images, rate('photo_1.png'))).rejects.toThrow(
      /^The image with an opinion is not in .*other \(1 image file\): for example photo_1\.png\. Did you mean "photo-1\.png"\? Say where they are with --images\.$/,
    );
    await expect(matchImages(join(folder, 'nowhere'), rate('a.png'))).rejects.toThrow(
      /Cannot read the folder of images .*: it does not exist\.$/,
    );
  });
});
