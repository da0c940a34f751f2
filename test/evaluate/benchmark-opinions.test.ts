import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import type { BenchmarkDescription } from '#antonym/datasets/benchmark.js';
import { readBenchmarks } from '#antonym/datasets/dataset-file.js';
import { readBenchmarkOpinions } from '#antonym/evaluate/benchmark-opinions.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

/** See make_benchmarks.py beside it. */
const published = fileURLToPath(new URL('golden/benchmarks', import.meta.url));
const benchmarks = await readBenchmarks('/');

function described(name: string, changes: Partial<BenchmarkDescription> = {}): BenchmarkDescription {
  return { ...benchmarks.get(name)!, path: join(published, name), ...changes };
}

describe('opinions in the layout that a benchmark is published in', () => {
  test.each<[string, [image: string, opinion: number][]]>([
    [
      'clive',
      [
        ['3.bmp', 70.25],
        ['1024.JPG', 80.25],
        ['7.bmp', 90.25],
      ],
    ],
    ['koniq10k', [['10004473376.jpg', 70.25]]],
    [
      'spaq',
      [
        ['00001.jpg', 41.9],
        ['00002.jpg', 71.6],
      ],
    ],
    ['flive', [['voc_emotic_ava/JPEGImages__2007_000032.jpg', 76.5]]],
    [
      'bid',
      [
        ['DatabaseImage0001.JPG', 3.5],
        ['DatabaseImage0586.JPG', 0.75],
      ],
    ],
    [
      'csiq',
      [
        ['1600.AWGN.1.png', 0.062],
        ['turtle.jpeg2000.5.png', 0.987],
        ['lake.jpeg.4.png', 0.5],
      ],
    ],
    [
      'tid2013',
      [
        ['I01_01_1.bmp', 5.51429],
        ['i25_24_5.bmp', 3.1875],
      ],
    ],
    ['kadid10k', [['I01_01_01.png', 4.57]]],
    ['agiqa1k', [['a_0.png', 2.5]]],
    ['agiqa3k', [['attnGAN_000.jpg', 1.25]]],
    [
      'biq2021',
      [
        ['ss01 (10).jpg', 0.25],
        ['ss03 (7805).jpg', 0.70609],
      ],
    ],
    [
      'pipal',
      [
        ['A0001_00_00.bmp', 1520.0648],
        ['A0002_10_05.bmp', 1380.5],
      ],
    ],
  ])('%s', async (name, expected) => {
    const opinions = await readBenchmarkOpinions(name, described(name));
    expect(opinions.rated.map(({ image, opinion }) => [image, opinion])).toEqual(expected);
    const { folder } = described(name).images;
    expect(opinions.folder).toBe(folder === undefined ? join(published, name) : join(published, name, folder));
    expect(opinions.direction).toBe(name === 'csiq' ? 'lower is better' : 'higher is better');
  });

  test('live: numbered images, references left out', async () => {
    const numbered = [
      { name: 'jp2k/img{1}.bmp', count: 3 },
      { name: 'jpeg/img{1}.bmp', count: 2 },
    ];
    const { layout } = described('live');
    if (layout.format !== 'mat') throw new Error('live is published as MATLAB files');
    const live = described('live', { layout: { ...layout, images: { numbered } } });
    const { rated, direction } = await readBenchmarkOpinions('live', live);
    expect(direction).toBe('lower is better');
    expect(rated).toEqual([
      { image: 'jp2k/img2.bmp', opinion: 63.9649 },
      { image: 'jp2k/img3.bmp', opinion: 25.3353 },
      { image: 'jpeg/img2.bmp', opinion: 60.9176 },
    ]);
    // as published there are 982
    await expect(readBenchmarkOpinions('live', described('live'))).rejects.toThrow(
      /dmos\.mat has 5 opinions, but there are 982 names of images\.$/,
    );
  });

  test('every benchmark of datasets.json is here', async () => {
    expect([...benchmarks.keys()]).toEqual([
      'clive',
      'koniq10k',
      'spaq',
      'flive',
      'bid',
      'live',
      'csiq',
      'tid2013',
      'kadid10k',
      'agiqa1k',
      'agiqa3k',
      'biq2021',
      'pipal',
    ]);
  });
});

describe('what is not as described', async () => {
  const folder = await temporaryFolder();
  beforeAll(async () => {
    await cp(join(published, 'csiq'), join(folder, 'csiq'), { recursive: true });
    await mkdir(join(folder, 'xls'));
    await writeFile(join(folder, 'xls', 'DatabaseGrades.xlsx'), Buffer.from('d0cf11e0a1b11ae1', 'hex'));
    await mkdir(join(folder, 'broken'));
    await writeFile(join(folder, 'broken', 'DatabaseGrades.xlsx'), 'PK\u0003\u0004 and nothing else');
    await mkdir(join(folder, 'empty', 'Train_Label'), { recursive: true });
  });
  const csiq = described('csiq');
  const layout = csiq.layout as BenchmarkDescription['layout'] & { format: 'xlsx' };
  const at = (name: string, path: string, own: Partial<typeof layout> = {}) =>
    readBenchmarkOpinions(name, described(name, { path: join(folder, path), ...(name === 'csiq' && { layout: { ...layout, ...own } }) }));

  test.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'nothing',
      () => at('clive', 'nowhere'),
      /^The benchmark clive is not in .*nowhere: download it from https:\/\/live\.ece\.utexas\.edu\S* \(/,
    ],
    ['no file', () => at('clive', 'csiq'), /^Cannot read the opinions .*AllMOS_release\.mat: it does not exist\.$/],
    [
      'no column',
      () => at('csiq', 'csiq', { opinion: '{dmso}' }),
      /has no column "dmso", which datasets\.json says it has\. Did you mean "dmos"\?$/,
    ],
    ['no sheet', () => at('csiq', 'csiq', { sheet: 'all_by_imag' }), /csiq\.DMOS\.xlsx is not a workbook that can be read: [^\n]+$/],
    ['an old workbook', () => at('bid', 'xls'), /is an old xls file, which is not read: save it as xlsx or CSV\.$/],
    ['a broken workbook', () => at('bid', 'broken'), /DatabaseGrades\.xlsx is not a workbook that can be read: [^\n]+$/],
    ['no text files', () => at('pipal', 'empty'), /Train_Label has no text files with opinions in it\.$/],
  ])('%s', async (_, read, message) => {
    await expect(read()).rejects.toThrow(message);
  });
});
