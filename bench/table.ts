/** Speed of every model on every device with every engine, training and scoring: the table of the README. */
import { lowerGradients } from '#antonym/lowering/lower-gradients.js';
import { UserError } from '#antonym/support/errors.js';
import { startProgress } from '#antonym/support/progress.js';
import { buildGradientsGraph, buildLossGraph } from '#antonym/train/graphs/gradients-graph.js';
import { graphOperations } from './graph-operations.js';
import { markdownTable } from './markdown-table.js';
import { median, rounded } from './measure.js';
import { type SetupFlags, setupOf } from './own-setup.js';
import { startOwn } from './own-step.js';
import { isDevice, measureScoring } from './score.js';

interface Flags {
  readonly backbone: string;
  readonly device: string;
  readonly json?: true;
}

interface Row {
  readonly model: string;
  readonly engine: string;
  readonly device: string;
  /** In a step. */
  readonly crops: number;
  /** Their side, pixels. */
  readonly crop: number;
  /** Images per second; undefined where it would take too long. */
  readonly training: number | undefined;
  /** The same; undefined for an engine that does not score. */
  readonly scoring: number | undefined;
  /** The engine's description of itself. */
  readonly remark: string | undefined;
}

const [warmUpSteps, mostSteps] = [1, 5];
/** Time of a step from which no more are tried. */
const tooManySeconds = 60;
/** The photograph of the README's other figures. */
const photograph = { width: 500, height: 500, steps: 12, crops: 1 };

export async function benchTable({ backbone, device, json }: Flags): Promise<void> {
  const [models, devices] = [backbone.split(','), device.split(',')];
  const progress = startProgress('Measuring');
  const rows: Row[] = [];
  try {
    for (const model of models) {
      for (const name of devices) {
        if (!isDevice(name)) throw new UserError(`--device can be cpu, webgpu and cuda, but received "${name}"`);
        const trained = await measureTraining({ backbone: model, device: name });
        const { imagesPerSecond: scoring } = await measureScoring(model, name, photograph);
        progress.note(`${model}, onnxruntime ${name}: ${trained.training} images/s training, ${scoring} scoring`);
        rows.push({ model, engine: 'onnxruntime', device: name, ...trained, scoring });
      }
    }
    // speed by which the time of larger models is foreseen, floating-point operations a second
    let speed = Number.POSITIVE_INFINITY;
    for (const model of models) {
      const flags = { backbone: model, engine: 'tensorflow', batchSize: '1', levels: '2' };
      const { options, model: definition } = await setupOf(flags);
      const operations = graphOperations(
        lowerGradients(
          buildGradientsGraph(buildLossGraph(definition, { photographs: 1, levels: options.levels }, options.crop, options)),
          'cpu',
        ),
      );
      const isTooSlow = operations / speed > tooManySeconds;
      const { crop, levels } = options;
      const crops = (levels + 1) * 2;
      const trained = isTooSlow ? { crops, crop, training: undefined, remark: undefined } : await measureTraining(flags);
      progress.note(`${model}, tensorflow: ${isTooSlow ? 'left out' : `${trained.training} images/s training`}`);
      if (trained.training !== undefined) speed = (operations * trained.training) / crops;
      rows.push({ model, engine: 'tensorflow', device: 'cpu', ...trained, scoring: undefined });
    }
    progress.stop();
    process.stdout.write(json ? `${JSON.stringify(rows)}\n` : describe(rows));
  } finally {
    progress.stop();
  }
}

/** Whole steps on random crops, without the making of pairs. */
async function measureTraining(flags: SetupFlags): Promise<Pick<Row, 'crops' | 'crop' | 'training' | 'remark'>> {
  const process = await startOwn(flags);
  try {
    const { crops, crop, notice: remark } = process.facts;
    const times: number[] = [];
    const started = performance.now();
    for (let step = 0; step < warmUpSteps + mostSteps; step++) {
      const { milliseconds } = await process.step();
      if (step >= warmUpSteps) times.push(milliseconds);
      if (times.length > 0 && performance.now() - started > tooManySeconds * 1000) break;
    }
    return { crops, crop, training: rounded((crops * 1000) / median(times)), remark };
  } finally {
    await process.close();
  }
}

function describe(rows: readonly Row[]): string {
  const cell = (rate: number | undefined): string => (rate === undefined ? '' : String(rate));
  const table = markdownTable(
    [
      ['model', 'engine', 'device', 'crops of a step', 'training, images/s', 'scoring, images/s'],
      ...rows.map(({ model, engine, device, crops, crop, training, scoring }) => [
        `\`${model}\``,
        engine,
        device,
        `${crops} of ${crop}x${crop}`,
        training === undefined ? 'over a minute a step' : cell(training),
        cell(scoring),
      ]),
    ],
    3,
  );
  const remarks = new Set(rows.flatMap(({ engine, remark }) => (remark === undefined ? [] : [`${engine}: ${remark}`])));
  return [table, ...[...remarks].map((line) => `${line}\n`)].join('');
}
