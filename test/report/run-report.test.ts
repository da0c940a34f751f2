import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeComparison, writeRunReport } from '#antonym/report/run-report.js';
import { pathsOf, textsOf } from '../charts/read-svg.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { checkPage } from './check-page.js';
import { evaluationOf, heldOutOf, makeRun, metricsOf, modelOf, parity, picture, wholeRun } from './runs.js';

const root = await temporaryFolder();
const hostile = `</title></style><script>alert("&'")</script><img src=x onerror=alert(1)> | *a* \`b\` [c](d)`;

async function reportOf(...[name, made]: [string, Parameters<typeof makeRun>[2]?]): Promise<string> {
  const folder = await makeRun(root, name, made);
  return readFile(await writeRunReport(folder), 'utf8');
}

/** The chart with a title. */
function chart(page: string, title: string): string {
  const found = [...page.matchAll(/<svg class="chart".*?<\/svg>/gs)]
    .map(([svg]) => svg)
    .find((svg) => svg.includes(`<title>${title}</title>`));
  expect(found, title).toBeDefined();
  return found!;
}

describe('the report of a whole run', () => {
  test('holds all of its facts and needs nothing else', async () => {
    const folder = await wholeRun(root, 'whole', 'plain');
    const page = await readFile(await writeRunReport(folder), 'utf8');
    checkPage(page);
    expect(page).toContain('all 100 steps of 16 photographs each took 10 s');
    expect(page).toContain('At step 100, its best, it puts 100.0 %');
    expect(page).toContain('On 50 images of plain, its scores agree with human opinion with an SRCC of 0.500.');
    expect(page).toContain('0.500 (0.400 to 0.600)');
    expect(page).toContain('75.0 % have its group\nreported first; in 85.0 % it has the largest value');
    expect(page).toContain('<td class="number">7</td><td class="number">3</td>');
    // the hash of the text "onnx", from sha256sum
    expect(page).toContain('87e93f89f2be0db364e8be052f79f389e6c2da239831922e24513288af522a43');
    expect(page).toMatch(/<code>--steps<\/code><\/th><td>100<\/td><td><b>given on the command line<\/b>/);
    expect(page.match(/src="data:image\/webp/g)).toHaveLength(6);
    expect(page.match(/src="data:image\/svg/g)).toHaveLength(1);
    expect(page).not.toMatch(/NaN|undefined|\[object/);
  });

  test('shows hostile text as text, on the page and in the card', async () => {
    const folder = await wholeRun(root, 'hostile', hostile);
    const page = await readFile(await writeRunReport(folder), 'utf8');
    checkPage(page);
    expect(page.match(/&lt;img src=x onerror/g)!.length).toBeGreaterThan(20);
    const card = await readFile(join(folder.exported, 'MODEL_CARD.md'), 'utf8');
    expect(card).not.toMatch(/(?<!\\)<(script|img)/);
    expect(card).not.toMatch(/(?<!\\)\[c\]/);
    const rows = card.split('\n').filter((line) => line.includes('onerror') && line.startsWith('|'));
    expect(rows.length).toBeGreaterThan(5);
    // no text ends a cell
    for (const row of rows) expect(row.replaceAll(String.raw`\|`, '').split('|').length).toBeLessThanOrEqual(7);
  });

  test('names files that cannot be read, on the page and to its caller', async () => {
    const folder = await wholeRun(root, 'cut-parity', 'plain');
    await writeFile(join(folder.exported, 'parity.json'), '{"model"');
    const problems: string[] = [];
    const page = await readFile(await writeRunReport(folder, undefined, (problem) => problems.push(problem)), 'utf8');
    expect(problems).toEqual([`${join(folder.exported, 'parity.json')} is not JSON. Export the model again.`]);
    expect(page).toContain('parity.json is not JSON. Export the model again.');
  });

  test('takes pictures from its own folders only', async () => {
    await writeFile(join(root, 'secret.svg'), '<svg xmlns="http://www.w3.org/2000/svg">secret</svg>');
    await writeFile(join(root, 'secret.png'), await picture(8, 8));
    const page = await reportOf('traversal', {
      metrics: metricsOf(10),
      files: {
        'held-out/scores.json': heldOutOf('a', '../../secret.png'),
        'evaluation/a/evaluation.json': evaluationOf('traversal', 'a', '../../../secret.svg'),
      },
    });
    expect(page).not.toContain('data:image');
    expect(page).toContain('(no picture)');
  });

  test('a card says what was measured since the export', async () => {
    const folder = await wholeRun(root, 'card', 'plain');
    await writeRunReport(folder);
    const card = await readFile(join(folder.exported, 'MODEL_CARD.md'), 'utf8');
    expect(card).toContain('| plain | 50 | 0.500 (0.400 to 0.600) | 0.500 | - (laplacian) |');
    expect(card).toMatch(/\| model\.onnx \| 4 bytes \| `[0-9a-f]{64}` \|/);
    expect(card).not.toContain('| MODEL');
  });
});

describe('charts of a report', () => {
  test('have the points of the metrics', async () => {
    const page = await reportOf('points', { metrics: metricsOf(20), flags: { steps: '20' } });
    const svg = chart(page, 'Held-out severity levels in order');
    const [points] = pathsOf(svg, 'line');
    expect(points).toHaveLength(10);
    const xs = points!.map(([x]) => x);
    for (const [index, x] of xs.entries()) expect(x - xs[0]!).toBeCloseTo((index * (xs.at(-1)! - xs[0]!)) / 9, 0);
    // a straight line from 55 % to 100 %, the last at the end of the axis
    const ys = points!.map(([, y]) => y);
    for (const [index, y] of ys.entries()) expect(ys[0]! - y).toBeCloseTo((index * (ys[0]! - ys.at(-1)!)) / 9, 0);
    expect(textsOf(svg, 'tick')).toEqual(expect.arrayContaining(['100', '20']));
    expect(textsOf(chart(page, 'Loss'), 'legend')).toEqual(['sum', 'consistency', 'ranking, falling cues', 'ranking, rising cues']);
  });

  test('a hundred thousand steps make a page that is small, and the table has its evaluations only', async () => {
    const page = await reportOf('long', { metrics: metricsOf(100_000), flags: { steps: '100000' } });
    expect(page.length).toBeLessThan(250_000);
    expect(page).toContain('all 100000 steps');
    // ten evaluations and what the run was started with
    expect(page.match(/<tr>/g)!.length).toBeLessThan(100);
  });
});

describe('a run that is not finished', () => {
  test('without a step says so', async () => {
    const page = await reportOf('new');
    checkPage(page);
    for (const text of [
      'no step has been done yet',
      'No model has been exported yet',
      'It has not been evaluated yet',
      'Not measured.',
      'No preview was saved',
      'Nothing has been exported yet',
    ])
      expect(page).toContain(text);
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('stopped after some steps says how far it got, in a page without curves of what was not measured', async () => {
    const page = await reportOf('stopped', { metrics: metricsOf(20).filter(({ kind }) => kind === 'step'), flags: { steps: '50' } });
    checkPage(page);
    expect(page).toContain(
      '20 of 50 steps of 16 photographs each took 2 s. It was stopped, or is still being trained: antonym train --resume stopped',
    );
    expect(page).toContain('<title>Loss</title>');
    expect(page).not.toContain('Held-out severity levels in order</title>');
  });

  test('with files that are damaged has a page that names them', async () => {
    const page = await reportOf('damaged', {
      metrics: metricsOf(10),
      files: { 'export/model.json': '{', 'export/parity.json': parity, 'held-out/scores.json': [] },
    });
    checkPage(page);
    expect(page.match(/Left out: [^<]*(model|scores)\.json [^<]*/g)).toHaveLength(2);
  });
});

describe('a comparison', () => {
  test('shows what differs, and every run in every chart', async () => {
    const make = async (name: string, lr: string, metrics: ReturnType<typeof metricsOf>) =>
      makeRun(root, name, {
        flags: { lr, steps: '40' },
        environment: { cores: 2 },
        metrics,
        files: { 'export/model.json': modelOf('jpeg'), 'held-out/scores.json': heldOutOf('jpeg') },
      });
    const runs = [await make('a', '1e-3', metricsOf(40)), await make('b', '2e-7', metricsOf(20)), await make('c', '1e-3', [])];
    const page = await readFile(await writeComparison(runs, join(root, 'comparison.html')), 'utf8');
    checkPage(page);
    expect(page).toContain('a orders held-out crops best: 100.0 %');
    expect(page).toContain('All were measured on the same held-out crops.');
    expect(page).toMatch(/<code>--lr<\/code><\/th><td>0.001<\/td><td>2e−7<\/td><td>0.001<\/td>/);
    expect(page).not.toContain('<code>--crop</code>');
    expect(textsOf(chart(page, 'Loss'), 'legend')).toEqual(['a', 'b', 'c']);
    expect(
      pathsOf(chart(page, 'Held-out SRCC'), 'line')
        .map((path) => path.length)
        .filter((length) => length > 1),
    ).toEqual([10, 10]);
    expect(pathsOf(chart(page, 'jpeg'), 'line')).toHaveLength(3);
    expect(page).not.toMatch(/NaN|undefined/);
  });

  test('warns where held-out crops differ, and shows hostile texts as text', async () => {
    const runs = [await wholeRun(root, 'x', hostile), await wholeRun(root, 'y', 'plain')];
    const page = await readFile(await writeComparison(runs, join(root, 'xy.html')), 'utf8');
    checkPage(page);
    expect(page).toContain('different held-out crops (--data differ)');
    expect(page).toContain('0.500 (0.400 to 0.600)');
  });
});
