/**
 * The setup of a training run of several processes: process 0 reads the data, the weights and the prompts, and tells the others. They need the
 * photographs under the same paths, and neither weights nor the run's folder.
 */

import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import pLimit from 'p-limit';
import { Parameters } from '../backbones/parameters.js';
import { nothingLeftOut } from '../datasets/left-out.js';
import { Graph } from '../graph/graph.js';
import type { Head } from '../heads/head.js';
import { headKinds } from '../heads/table.js';
import { agree, shareText } from '../peers/agree.js';
import type { Peers } from '../peers/peers.js';
import { shareTensors } from '../peers/share-tensors.js';
import type { RunFolder } from '../runs/run-directory.js';
import { counted } from '../support/counted.js';
import { UserError } from '../support/errors.js';
import { systemReason } from '../support/files/file-errors.js';
import { patiently } from '../support/files/passing-failures.js';
import type { NamedTensors } from '../tensors/tensor-data.js';
import type { Split } from './data/held-out.js';
import { openStoredPairData } from './data/stored-pair-data.js';
import type { TrainingData } from './data/training-data.js';
import { pairsOf } from './data/training-images.js';
import { initialTensors } from './graphs/state.js';
import type { OpinionSet } from './opinion/opinion-set.js';
import type { TrainOptions } from './options.js';
import { requireShareable } from './require-shareable.js';
import { type SetupWatch, setUpTraining, type TrainingSetup, type TrainingSpec, trainedBackbone, trainedModel } from './training-setup.js';

/** The message of process 0 to the others: plain data. */
interface ToldSetup {
  readonly head: Head['metadata'];
  readonly data: Pick<TrainingData, 'dataset' | 'summary' | 'fingerprint' | 'downscale'> & { readonly split?: Split };
  /** Rated images, where training is with opinions. */
  readonly opinions?: OpinionSet | undefined;
  /** Bytes of every file, in the order of `filesOf`; 0 for rendered images. */
  readonly sizes: readonly number[];
}

interface ToldOptions {
  readonly options: TrainOptions;
  readonly run?: RunFolder | undefined;
  /** True when the number of threads that make pairs is each process's own matter. */
  readonly ownWorkers: boolean;
}

export interface SharedSpec extends TrainingSpec {
  /** True when the user left `--workers` out. */
  readonly ownWorkers: boolean;
}

/**
 * @param spec of process 0; the others give none
 * @throws AgreedError, in every process, when a process cannot take part.
 */
export async function setUpTogether(peers: Peers, spec: SharedSpec | undefined, watch?: SetupWatch): Promise<TrainingSetup> {
  if (spec && peers.size === 1) return setUpTraining(spec, watch);
  const described = spec && ({ options: spec.options, run: spec.run, ownWorkers: spec.ownWorkers } satisfies ToldOptions);
  const told = JSON.parse(await shareText(peers, described && JSON.stringify(described))) as ToldOptions;
  requireShareable(told.options, peers);
  const own = await agree(peers, async () => {
    if (!spec) return undefined;
    const setup = await setUpTraining(spec, watch);
    const { dataset, summary, fingerprint, downscale, split } = setup.data;
    const data = { dataset, summary, fingerprint, downscale, ...(split && { split }) };
    const { opinions } = setup;
    const facts: ToldSetup = { head: setup.model.head.metadata, data, opinions, sizes: await sizesOf(filesOf(split, opinions)) };
    return { setup, facts };
  });
  const facts = JSON.parse(await shareText(peers, own && JSON.stringify(own.facts))) as ToldSetup;
  const tensors = await shareTensors(peers, own && headTensors(own.setup));
  return agree(peers, async () => (own ? { ...own.setup, peers } : setUpBeside(peers, told, facts, tensors)));
}

/** The setup of another process than process 0. */
async function setUpBeside(peers: Peers, { options: told, run, ownWorkers }: ToldOptions, facts: ToldSetup, tensors: NamedTensors) {
  const options = ownWorkers ? { ...told, workers: Math.min(told.workers, peers.cores) } : told;
  const backbone = await trainedBackbone(
    options,
    run && (existsSync(run.backbone) || existsSync(`${run.backbone}.json`)) ? run : undefined,
  );
  const head = await headKinds[options.head].restore({ backbone, metadata: facts.head, read: async (name) => tensors[name] });
  if (!head) throw new Error(`the head ${options.head} cannot be made of what process 0 has told`);
  const start = { parameters: {}, head };
  const { opinions } = facts;
  return { options, model: trainedModel(options, backbone, head), start, data: await dataBeside(options, facts), opinions, peers };
}

async function dataBeside(options: TrainOptions, { data: { split, ...told }, opinions, sizes }: ToldSetup): Promise<TrainingData> {
  if (split) {
    await requireSameFiles(filesOf(split, opinions), sizes);
    return {
      skipped: [],
      leftOut: nothingLeftOut,
      unknownBefore: [],
      remarks: [],
      advice: async () => [],
      ...pairsOf(split, options),
      // of rated images too, where there are some
      ...told,
    };
  }
  const stored = await openStoredPairData(options);
  if (stored.fingerprint === told.fingerprint) return stored;
  throw new UserError(`The pairs in ${options.pairs} are not those that process 0 has there. All processes need the same pairs.`);
}

/** Files looked at together: their folder may be on another machine. */
const lookTogether = 64;

/** An image that processes read, and its path where it is a file. */
interface ReadImage {
  readonly id: string;
  readonly path?: string;
}

function filesOf(split: Split | undefined, opinions: OpinionSet | undefined): readonly ReadImage[] {
  const pristine = split ? [...split.training, ...split.heldOut] : [];
  const rated = opinions ? [...opinions.training, ...opinions.validation] : [];
  return [
    ...pristine.map((image) => (image.kind === 'file' ? image : { id: image.id })),
    ...rated.map(({ image, path }) => ({ id: image, path })),
  ];
}

async function sizesOf(images: readonly ReadImage[]): Promise<number[]> {
  return pLimit(lookTogether).map(images, async ({ path }) => {
    if (path === undefined) return 0;
    return patiently(() => stat(path)).then(
      ({ size }) => size,
      (error) => {
        throw new UserError(`${path} cannot be read: ${systemReason(error)}. All processes need the photographs under the same path.`);
      },
    );
  });
}

/** @throws UserError when a file is missing or has another size than process 0 sees. */
async function requireSameFiles(images: readonly ReadImage[], sizes: readonly number[]): Promise<void> {
  const own = await sizesOf(images);
  const other = own.findIndex((size, index) => size !== sizes[index]);
  if (other < 0) return;
  const { id, path = id } = images[other]!;
  throw new UserError(
    `${path} has ${counted(own[other]!, 'byte')}, but ${sizes[other]} where process 0 runs. All processes need the same photographs.`,
  );
}

/** Values of the parameters that the head itself has. */
function headTensors({ model: { head, backbone }, start, options }: TrainingSetup): NamedTensors {
  const graph = new Graph();
  const parameters = new Parameters(graph, 'inputs');
  head.measure(graph, parameters, graph.input('embedding', 'float32', ['batch', backbone.embedding]));
  const drawn = initialTensors(parameters.specs.values(), options.seed);
  return Object.fromEntries(Object.entries(drawn).map(([name, tensor]) => [name, start.parameters[name] ?? tensor]));
}
