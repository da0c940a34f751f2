import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { type Drawing, inlineSvg, svgFile } from '#antonym/charts/drawing.js';
import { lineChart } from '#antonym/charts/line-chart.js';
import { type Point, smooth } from '#antonym/charts/points.js';
import { scatterChart } from '#antonym/charts/scatter-chart.js';
import { smallMultiples } from '#antonym/charts/small-multiples.js';
import { hasXmlParser, parseXml, pathsOf, textsOf } from './read-svg.js';

const hostile = `</title><script>alert("&'")</script>\u0000\uD800`;
const square = { width: 400, height: 260, x: { label: 'step' }, y: { label: 'loss' } } as const;

describe('line charts', () => {
  test('points lie where their values belong between the ticks', () => {
    const points: Point[] = [
      [0, 0],
      [5, 1],
      [10, 0.5],
    ];
    const svg = inlineSvg(lineChart({ ...square, title: 'Loss', description: 'd', series: [{ name: 'loss', points }] }));
    const [[bottomLeft, top, half]] = pathsOf(svg, 'line') as [[[number, number], [number, number], [number, number]]];
    expect(top![0]).toBeCloseTo((bottomLeft![0] + half![0]) / 2, 0);
    expect(half![1]).toBeCloseTo((bottomLeft![1] + top![1]) / 2, 0);
    expect(bottomLeft![1]).toBeGreaterThan(top![1]);
    // the axes end at the first and the last tick, where the extreme values lie
    const ticks = pathsOf(svg, 'grid').map(([start]) => start![1]);
    expect(Math.max(...ticks)).toBeCloseTo(bottomLeft![1], -0.5);
    expect(Math.min(...ticks)).toBeCloseTo(top![1], -0.5);
    expect(textsOf(svg, 'tick')).toEqual(expect.arrayContaining(['0', '0.2', '1.0', '10']));
    expect(textsOf(svg, 'label')).toEqual(['loss', 'step']);
  });

  test('a value that is no number is a gap, and a chart without any still has axes', () => {
    const points: Point[] = [
      [0, 1],
      [1, 2],
      [2, Number.NaN],
      [3, 1],
    ];
    const svg = inlineSvg(lineChart({ ...square, title: 't', description: 'd', series: [{ name: 'loss', points }] }));
    expect(
      /class="line s0" d="(M[^M]*)(M[^M]*)"/
        .exec(svg)
        ?.slice(1)
        .map((part) => part.split('L').length),
    ).toEqual([2, 1]);
    expect(svg).not.toContain('NaN');
    const empty = inlineSvg(lineChart({ ...square, title: 't', description: 'd', series: [] }));
    expect(textsOf(empty, 'tick').length).toBeGreaterThan(3);
    expect(empty).not.toContain('NaN');
  });

  test('a hundred thousand steps are bounded, and keep their extremes', () => {
    const points = Array.from({ length: 100_000 }, (_, step): Point => [step + 1, step === 77_777 ? 10 : Math.sin(step)]);
    const series = [{ name: 'loss', points: smooth(points, 50), behind: points }];
    const svg = inlineSvg(lineChart({ ...square, title: 't', description: 'd', y: { label: 'loss', domain: [-2, 10] }, series }));
    expect(svg.length).toBeLessThan(20_000);
    const [raw, line] = pathsOf(svg, 'line');
    expect(raw!.length).toBeGreaterThan(500);
    const highest = Math.min(...raw!.map(([, y]) => y));
    expect(highest).toBeCloseTo(Math.min(...pathsOf(svg, 'grid').map(([start]) => start![1])), -0.5);
    expect(Math.min(...line!.map(([, y]) => y))).toBeGreaterThan(highest + 50);
  });

  test('every series of many can be told apart, and its name is whole where it is shown in part', () => {
    const names = Array.from({ length: 20 }, (_, index) => `run ${index} ${'x'.repeat(index * 6)}`);
    const series = names.map((name) => ({
      name,
      points: [
        [0, 0],
        [1, 1],
      ] as Point[],
    }));
    const chart = lineChart({ ...square, title: 't', description: 'd', series });
    const classes = [...inlineSvg(chart).matchAll(/<path class="(line [^"]*)" d="M\d+ \d+h16"/g)].map(([, name]) => name);
    expect(new Set(classes).size).toBe(names.length);
    for (const name of names) expect(inlineSvg(chart)).toContain(`${name}<`);
    expect(chart.height).toBeGreaterThan(260 + 10 * 16);
  });
});

describe('scatter charts', () => {
  test('points that cover each other are drawn once; the curve lies over them', () => {
    const points = Array.from({ length: 5000 }, (_, index): Point => [(index % 7) / 6, (index % 5) / 4]);
    const curve = {
      name: 'fit',
      points: [
        [0, 0],
        [1, 1],
      ] as Point[],
    };
    const svg = inlineSvg(scatterChart({ ...square, title: 't', description: 'd', groups: [{ name: 'images', points }], curve }));
    expect(pathsOf(svg, 'dots')[0]).toHaveLength(35);
    expect(svg.indexOf('class="dots')).toBeLessThan(svg.lastIndexOf('class="line s1"'));
    expect(textsOf(svg, 'legend')).toEqual(['images', 'fit']);
  });
});

const chart = (title: string): Drawing =>
  lineChart({
    ...square,
    title,
    description: hostile,
    x: { label: hostile },
    y: { label: hostile },
    series: [
      {
        name: hostile,
        points: [
          [0, 0],
          [1, 1],
        ],
        band: [
          [0, -1, 1],
          [1, 0, 2],
        ],
      },
      { name: 'b', points: [] },
    ],
  });
const files: [string, Drawing][] = [
  ['line', chart(hostile)],
  ['scatter', scatterChart({ ...square, title: hostile, description: hostile, groups: [{ name: hostile, points: [[0, 1]] }] })],
  [
    'multiples',
    smallMultiples({
      title: hostile,
      description: hostile,
      panels: [chart('a'), chart('b'), chart('c')],
      columns: 2,
      legend: [hostile, 'b'],
    }),
  ],
];

describe.each(files)('a %s chart', (_, drawing) => {
  test('shows any text as text', () => {
    for (const svg of [inlineSvg(drawing), svgFile(drawing)]) {
      expect(svg).not.toContain('<script');
      expect(svg).toContain('&lt;script&gt;');
      expect(svg).toMatch(/role="img"/);
      expect(svg.match(/<title>/g)!.length).toBeGreaterThan(0);
      expect(svg.match(/<desc>/g)!.length).toBeGreaterThan(0);
    }
  });

  test.skipIf(!hasXmlParser)('is well-formed', () => {
    parseXml(inlineSvg(drawing));
    parseXml(svgFile(drawing));
  });

  test('is a picture in colour without a browser', async () => {
    const { info, data } = await sharp(Buffer.from(svgFile(drawing)))
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([drawing.width, drawing.height]);
    const blue = Buffer.from([0x0b, 0x62, 0xc4]);
    expect(data.indexOf(blue)).toBeGreaterThan(0);
    expect([...data.subarray(0, 3)]).toEqual([255, 255, 255]);
  });
});
