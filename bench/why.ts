/** How well a model says what is wrong: photographs distorted by NumPy, SciPy, scikit-image and Pillow, in a process of Python, then assessed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listImageFiles } from '#antonym/datasets/list-image-files.js';
import { distortions } from '#antonym/degrade/distortions/table.js';
import { kadid10k } from '#antonym/degrade/kadid10k.js';
import { type DegradationFigures, figuresOf, type Judged } from '#antonym/export/degradations/degradation-figures.js';
import { loadModel } from '#antonym/score/load-model.js';
import { UserError } from '#antonym/support/errors.js';
import { startProgress } from '#antonym/support/progress.js';
import { markdownTable } from './markdown-table.js';
import { writeWhyPicture } from './why-picture.js';

export interface WhyFlags {
  readonly model?: string;
  readonly data?: string;
  readonly folder: string;
  readonly pairs: string;
  readonly python: string;
  readonly picture?: string;
  readonly json?: boolean;
}

interface Label {
  readonly file: string;
  readonly distortions: readonly { readonly name: string; readonly group: string; readonly level: number }[];
}

export async function benchWhy({ model: path, data, folder, pairs, python, picture, json }: WhyFlags): Promise<void> {
  if (picture !== undefined) {
    const model = await loadModel(path);
    return writeWhyPicture(model, picture).finally(() => model.close());
  }
  if (data === undefined) throw new UserError('Say which photographs the model was not trained on: --data FOLDER.');
  const labels = await labelled(folder, data, Number(pairs), python);
  const model = await loadModel(path);
  const progress = startProgress('Assessing');
  try {
    const { degradations } = model.description;
    if (degradations === undefined) throw new UserError('The model does not say what is wrong: export its run again.');
    const results: Judged[] = [];
    const byName = new Map<string, DegradationFigures['single'][]>();
    const started = performance.now();
    const images = labels.map(({ file }) => join(folder, file));
    for await (const scored of model.scoreEach(images, { degradations: true })) {
      if (scored.error) throw scored.error;
      const known = labels[scored.index]!.distortions;
      const result: Judged = {
        groups: degradations.groups.map((group) => (known.find((one) => one.group === group)?.level ?? 0) / 5),
        distortions: known.length,
        values: degradations.groups.map((group) => scored.degradations![group]!),
      };
      results.push(result);
      if (known.length === 1) {
        const { single } = figuresOf([result], degradations.thresholds, 1);
        byName.set(known[0]!.name, [...(byName.get(known[0]!.name) ?? []), single]);
      }
      progress.update(results.length, labels.length);
    }
    const seconds = (performance.now() - started) / 1000;
    progress.stop();
    const figures = figuresOf(results, degradations.thresholds, new Set(labels.map(({ file }) => file.split('-')[0])).size);
    const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
    if (json) {
      process.stdout.write(`${JSON.stringify(figures)}\n`);
      return;
    }
    const { pristine, single, double } = figures;
    process.stdout.write(
      `${figures.photographs} photographs, level 3 and above. Something is reported of ${percent(pristine.falseAlarms)} of ${pristine.crops} as they are.\n` +
        `One distortion: its group has the largest value in ${percent(single.largest!)} of ${single.crops}, and is reported first in ${percent(single.recognized)}.\n` +
        (double ? `Two of different groups: both among the three largest values in ${percent(double.found)} of ${double.crops}.\n` : '') +
        `${(labels.length / seconds).toFixed(1)} images a second.\n\n`,
    );
    const rows = degradations.groups.map((group, row) => [group, ...single.confusion[row]!.map(String)]);
    process.stdout.write(`${markdownTable([['distorted by', ...degradations.groups, 'nothing'], ...rows])}\n`);
    const share = (own: readonly DegradationFigures['single'][], figure: 'largest' | 'recognized'): string =>
      percent(own.reduce((sum, single) => sum + single[figure]!, 0) / own.length);
    const names = [...byName].map(([name, own]) => [name, share(own, 'largest'), share(own, 'recognized')]);
    process.stdout.write(`${markdownTable([['distortion', 'largest', 'reported first'], ...names])}\n`);
  } finally {
    progress.stop();
    await model.close();
  }
}

/** The labels of a folder, which is filled where it has none. */
async function labelled(folder: string, data: string, pairs: number, python: string): Promise<Label[]> {
  const read = async (): Promise<Label[]> =>
    (await readFile(join(folder, 'labels.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Label);
  const there = await read().catch(() => undefined);
  if (there !== undefined) return there;
  const { files } = await listImageFiles(data);
  const severities = Object.fromEntries(kadid10k.map((name) => [name, [distortions[name].group, distortions[name].severities]]));
  const photographs = files.map(({ path }) => path);
  await mkdir(folder, { recursive: true });
  const script = fileURLToPath(new URL('../../bench/python/why_distortions.py', import.meta.url));
  const child = spawn(python, ['-W', 'ignore', script, folder], { stdio: ['pipe', 'inherit', 'inherit'] });
  child.stdin.end(JSON.stringify({ photographs, severities, levels: [3, 4, 5], pairs, seed: 1 }));
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new UserError(`${python} failed: it needs NumPy, SciPy, scikit-image and Pillow.`);
  return read();
}
