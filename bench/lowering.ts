/** Measures each pass of the processor's lowering: the gradients of a step with one pass left out, in turn with the graph that is trained with. */
import type { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { type Formulations, formulations } from '#antonym/lowering/convolution/formulations.js';
import { lowerConvolutions } from '#antonym/lowering/convolution/lower-convolutions.js';
import { blockChannels } from '#antonym/lowering/cpu/block-channels.js';
import { joinVectors } from '#antonym/lowering/cpu/join-vectors.js';
import { lowerMeans } from '#antonym/lowering/lower-means.js';
import { channelBlock } from '#antonym/runtime/devices/channel-block.js';
import { OnnxSession } from '#antonym/runtime/onnxruntime/session.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { UserError } from '#antonym/support/errors.js';
import { startProgress } from '#antonym/support/progress.js';
import { randomStream } from '#antonym/support/random.js';
import { buildGradientsGraph, buildLossGraph, recomputedOn } from '#antonym/train/graphs/gradients-graph.js';
import { filledInputs } from './filled-inputs.js';
import { markdownTable } from './markdown-table.js';
import { inTurn, median, rounded } from './measure.js';
import { setupOf } from './own-setup.js';

interface Flags {
  readonly backbone: string;
  readonly crops: string;
  readonly crop: string;
  readonly steps: string;
  readonly without?: string;
  readonly json?: true;
}

interface Row {
  readonly without: string;
  /** Median of the calls. */
  readonly milliseconds: number;
  /** Median of the ratios to the whole, each of two neighboring calls. */
  readonly ratio: number;
  readonly nodes: number;
}

const whole = 'nothing';
const threads = 2;

export async function benchLowering(flags: Flags): Promise<void> {
  const graphs = chosen(await variants(flags), flags.without);
  const progress = startProgress('Measuring');
  const rows: Row[] = [];
  const base = new Timed(graphs.get(whole)!);
  try {
    for (const [index, [without, graph]] of [...graphs].entries()) {
      const other = new Timed(graph);
      const pairs = await inTurn(Number(flags.steps), { own: () => other.call(), other: () => base.call() });
      const ratio = median(pairs.map((pair) => pair.own / pair.other));
      rows.push({ without, milliseconds: rounded(median(pairs.map(({ own }) => own))), ratio: rounded(ratio), nodes: graph.nodes.length });
      other.close();
      progress.update(index + 1, graphs.size, 'passes');
    }
  } finally {
    progress.stop();
    base.close();
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(rows)}\n`);
  else {
    const cells = rows.map(({ without, milliseconds, ratio, nodes }) => [without, String(milliseconds), ratio.toFixed(2), String(nodes)]);
    process.stdout.write(markdownTable([['without', 'ms', 'to the whole', 'nodes'], ...cells]));
  }
}

/** @throws UserError for a pass that is not measured here. */
function chosen(graphs: ReadonlyMap<string, Graph>, without: string | undefined): ReadonlyMap<string, Graph> {
  if (without === undefined) return graphs;
  const names = without.split(',');
  const unknown = names.find((name) => !graphs.has(name));
  if (unknown !== undefined)
    throw new UserError(`--without can name ${[...graphs.keys()].slice(1).join(', ')}, but received "${unknown}".`);
  return new Map([...graphs].filter(([name]) => name === whole || names.includes(name)));
}

async function variants(flags: Flags): Promise<ReadonlyMap<string, Graph>> {
  const { options, model } = await setupOf({ backbone: flags.backbone, crop: flags.crop, batchSize: '1', levels: levelsOf(flags.crops) });
  const losses = buildLossGraph(model, { photographs: options.batchSize, levels: options.levels }, options.crop, options);
  const thread = new SessionThread();
  const block = await channelBlock(thread).finally(() => thread.close());
  if (block === undefined) throw new UserError('This processor has no kernels of blocked channels.');
  const source = buildGradientsGraph(losses, recomputedOn('cpu'));
  const chosen = formulations['blocked-cpu'];
  const blocked = (changed: Partial<Formulations> = {}, graph = source): Graph =>
    lowerMeans(blockChannels(graph, block, { ...chosen, ...changed }));
  return new Map([
    [whole, joinVectors(blocked())],
    ['cpu/block-channels', joinVectors(lowerMeans(lowerConvolutions(source, 'cpu')))],
    ['cpu/by-channel', joinVectors(blocked({ vectorsByChannel: false }))],
    ['cpu/join-vectors', blocked()],
    ['recompute-cheap', joinVectors(blocked({}, buildGradientsGraph(losses)))],
    ['convolution/winograd-weight-gradient', joinVectors(blocked({ winogradWeights: 0 }))],
    ['convolution/winograd-input-gradient', joinVectors(blocked({ winogradInputs: { share: 0, channels: 0 } }))],
    ['convolution/over-patches', joinVectors(blocked({ patches: false }))],
    ['convolution/over-windows by image', joinVectors(blocked({ byImage: Number.POSITIVE_INFINITY }))],
    ['convolution/input-gradient', joinVectors(blocked({ convolvedInputs: false }))],
  ]);
}

/** Crops of one photograph: two at each level and pristine. */
function levelsOf(crops: string): string {
  const levels = Number(crops) / 2 - 1;
  if (!Number.isInteger(levels) || levels < 2) throw new UserError(`--crops must be an even number from 6 on, but received ${crops}.`);
  return String(levels);
}

/** A loaded graph with inputs that fill it. */
class Timed {
  private readonly session: OnnxSession;
  private readonly feeds: ReturnType<typeof filledInputs>;
  private readonly outputs: Record<string, undefined>;

  constructor(graph: Graph) {
    this.session = OnnxSession.open(encodeOnnx(graph), { device: 'cpu', threads });
    const random = randomStream('inputs of a profile');
    this.feeds = filledInputs(graph, (dataType, name) =>
      dataType === 'uint8' ? random.integer(256) : name.endsWith('running_var') ? 1 : 0.04 * random.uniform() - 0.02,
    );
    this.outputs = Object.fromEntries(this.session.signature.outputs.map(({ name }) => [name, undefined]));
    this.call();
  }

  /** @returns milliseconds */
  call(): number {
    const started = performance.now();
    this.session.run(this.feeds, this.outputs);
    return performance.now() - started;
  }

  close(): void {
    this.session.release();
  }
}
