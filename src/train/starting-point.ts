/** The starting point of a model under training: weights of its image encoder, and its head. */
import { existsSync } from 'node:fs';
import { z } from 'zod';
import type { Backbone } from '../backbones/backbone.js';
import { isOnnxFile } from '../backbones/preset.js';
import { openWeights } from '../backbones/weights/open-weights.js';
import { readBackbone } from '../backbones/weights/read-backbone.js';
import { recognizeWeights } from '../backbones/weights/recognize-weights.js';
import type { TensorSource } from '../backbones/weights/tensor-source.js';
import type { ActivationName } from '../heads/activations.js';
import type { FusionConstants } from '../heads/fusion.js';
import type { Head } from '../heads/head.js';
import { type HeadName, headKinds } from '../heads/table.js';
import type { Prompts } from '../prompts/prompts.js';
import { findRun, runsFolder } from '../runs/run-directory.js';
import { asSentence, messageOf, UserError } from '../support/errors.js';
import { suggestNear } from '../support/nearest-name.js';
import { openSafetensors } from '../tensors/safetensors.js';
import { floatTensor, type NamedTensors, type TensorData } from '../tensors/tensor-data.js';
import { scoringTensors } from './graphs/state.js';
import { opinionsKey } from './opinion/opinion-set.js';
import { noHeadWeights } from './options/mlp-options.js';
import { runPrefix } from './options/model-options.js';
import { noOpinions } from './options/opinion-options.js';
import { loadRunCheckpoint } from './run-checkpoint.js';
import { givenOrigin, hubOrigin, publishedOrigin, storedOrigin, termsWarning, type WeightsOrigin } from './weights-origin.js';

export interface StartingPoint {
  /** Values of the image encoder's parameters by name; none: they are drawn from the seed. */
  readonly parameters: NamedTensors;
  readonly head: Head;
  /** The origin of the parameters; absent for random ones. */
  readonly origin?: WeightsOrigin | undefined;
}

/** The options that choose a model's starting point. */
export interface StartOptions {
  readonly weights: string;
  readonly head: HeadName;
  readonly prompts: string;
  readonly seed: number;
  /** The constants of the head `magnitude`; default: its authors'. */
  readonly fusion?: FusionConstants;
  /** Those of the head `mlp`. */
  readonly activation?: ActivationName;
  readonly gateGamma?: 'on' | 'off';
  readonly headWeights?: string;
  /** The table of opinions that it is to be trained with; default: none. */
  readonly opinion?: string;
}

/** Callbacks for progress displays. */
export interface StartWatch {
  /** Published weights are missing on this machine and about to be downloaded: from where, and which. */
  onAsk?(text: string): void;
  /** Bytes of published weights downloaded so far, and of all. */
  onDownload?(done: number, total: number): void;
  /** The verdict on a given file of weights: known, or not. */
  onRecognize?(text: string): void;
}

/** The weights that an ONNX file has. */
const ownWeights = 'own';
/** Prefix of a repository of the Hugging Face hub: `hf:OWNER/NAME`. */
const hubPrefix = 'hf:';

/**
 * Reads the weights, head and prompts that the options name.
 * @param prototypes makes prompts of images, embedded with the weights that were read
 * @throws UserError when it cannot be read or does not fit the backbone; nothing is half-loaded.
 */
export async function startingPoint(
  {
    weights,
    head,
    prompts,
    seed,
    fusion,
    activation,
    gateGamma,
    headWeights: headFile = noHeadWeights,
    opinion = noOpinions,
  }: StartOptions,
  backbone: Backbone,
  watch: StartWatch = {},
  prototypes?: (parameters: NamedTensors) => Promise<Prompts>,
): Promise<StartingPoint> {
  if (isOnnxFile(backbone.name) !== (weights === ownWeights) && !weights.startsWith(runPrefix)) {
    throw new UserError(
      weights === ownWeights
        ? `--weights own are those of an ONNX file, but the backbone is ${backbone.name}. Leave it out.`
        : `--weights ${weights} does not fit ${backbone.name}, which has its own. Leave it out.`,
    );
  }
  const { source, origin } = await openSource(weights, backbone, watch);
  const headWeights = headFile === noHeadWeights ? undefined : await openWeights(headFile);
  try {
    const parameters = source ? await readBackbone(source, backbone) : {};
    const wanted = { prompts, seed, backbone, source, prototypes: prototypes && (() => prototypes(parameters)) };
    const layers = {
      ...(activation && { activation }),
      gamma: gateGamma === 'on',
      headWeights,
      target: opinion === noOpinions ? 'order' : 'opinion',
    } as const;
    return { parameters, head: await headKinds[head].create({ ...wanted, ...layers, ...(fusion && { fusion }) }), origin };
  } finally {
    await headWeights?.close();
    await source?.close();
  }
}

/**
 * The starting point of a resumed run: its checkpoint has everything, and the sources of its head may be gone.
 * @throws UserError when the file is no checkpoint.
 */
export async function startingPointOf(
  checkpoint: string,
  { head: name, fusion }: Pick<StartOptions, 'head' | 'fusion'>,
  backbone: Backbone,
): Promise<StartingPoint> {
  const file = await openSafetensors(checkpoint);
  try {
    const read = async (tensor: string): Promise<TensorData | undefined> => {
      const entry = file.entries.find((candidate) => candidate.name === tensor);
      return entry?.type === 'float32' ? floatTensor(entry.shape, new Float32Array(await file.read(entry))) : undefined;
    };
    const head = await headKinds[name].restore({ backbone, metadata: file.metadata, ...(fusion && { fusion }), read });
    if (!head)
      throw new UserError(
        `${checkpoint} has nothing to make the head ${name} of: it is of a run with another head, or not of this program. Leave out --head.`,
      );
    return { parameters: {}, head, origin: storedOrigin(file.metadata) };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof z.ZodError)) throw error;
    throw new UserError(
      `${checkpoint} is damaged: ${asSentence(messageOf(error).split('\n')[0]!)} Restore the files of the run, or start a new one.`,
    );
  } finally {
    await file.close();
  }
}

/** @returns undefined for random weights, and those that a backbone starts from by itself. */
async function openSource(
  weights: string,
  backbone: Backbone,
  { onAsk, onDownload, onRecognize }: StartWatch,
): Promise<{ readonly source?: TensorSource; readonly origin?: WeightsOrigin | undefined }> {
  if (weights === 'random') return {};
  if (weights === ownWeights) return { origin: { source: 'those in the ONNX file' } };
  if (weights.startsWith(runPrefix)) return openRun(weights.slice(runPrefix.length));
  const { published } = backbone;
  const warn = (origin: WeightsOrigin): void => {
    const warning = termsWarning(origin);
    if (warning !== undefined) onRecognize?.(warning);
  };
  const watch = { ...(onAsk && { onAsk }), ...(onDownload && { onProgress: onDownload }) };
  const terms = published && { licence: published.licence };
  if (weights.startsWith(hubPrefix)) {
    const repository = weights.slice(hubPrefix.length);
    const origin = hubOrigin(repository, published);
    warn(origin);
    const { downloadWeights } = await hub();
    return {
      source: await openWeights(await downloadWeights(repository, { ...watch, ...(published?.licence.bindsDerivatives && terms) })),
      origin,
    };
  }
  if (weights === 'published') {
    if (!published) throw new UserError(`There are no published weights for ${backbone.name}: use --weights random.`);
    const { downloadPublished } = await hub();
    const path = await downloadPublished(published.hub, { ...watch, ...terms });
    const { repository, revision } = published.hub;
    for (const name of published.beside ?? []) await downloadPublished({ repository, revision, name }, { ...watch, ...terms });
    return { source: await openWeights(path), origin: publishedOrigin(published) };
  }
  const hint = existsSync(weights) ? '' : suggestNear(weights, ['random', 'published', ownWeights]);
  if (hint !== '') throw new UserError(`There are no weights named "${weights}".${hint}`);
  const source = await openWeights(weights);
  if (weights.endsWith('.safetensors')) await requireLabelFreeFile(weights);
  const identity = published && onRecognize && (await recognizeWeights(weights, published));
  if (identity !== undefined) onRecognize?.(identity);
  const origin = await givenOrigin(weights, source, published);
  warn(origin);
  return { source, origin };
}

/** Loaded where weights are fetched: its libraries take a fifth of a second. */
function hub(): Promise<typeof import('../backbones/weights/hub-download.js')> {
  return import('../backbones/weights/hub-download.js');
}

/** The best checkpoint of a run, or its last one; every bit of it is verified. */
async function openRun(name: string): Promise<{ readonly source: TensorSource; readonly origin: WeightsOrigin | undefined }> {
  const { bestCheckpoint, lastCheckpoint } = await findRun(runsFolder, name);
  const path = [bestCheckpoint, lastCheckpoint].find(existsSync);
  if (path === undefined)
    throw new UserError(`The run ${name} has no checkpoint yet: nothing can start from it. Wait for its first evaluation.`);
  const checkpoint = await loadRunCheckpoint(path);
  requireLabelFree(name, checkpoint.metadata);
  const tensors = scoringTensors(checkpoint.tensors);
  const source = {
    path,
    tensors: new Map(Object.entries(tensors).map(([tensor, { shape, dataType }]) => [tensor, { shape, type: dataType }])),
    read: async (tensor: string) => tensors[tensor]!,
    close: async () => {},
  };
  return { source, origin: storedOrigin(checkpoint.metadata) };
}

/**
 * A model trained from weights that saw opinions could pass for label-free, or be tested on images that it saw.
 * @throws UserError
 */
function requireLabelFree(name: string, metadata: Readonly<Record<string, string>>): void {
  if (metadata[opinionsKey] === undefined) return;
  throw new UserError(
    `${name} saw opinions of ${metadata[opinionsKey]}: nothing is trained from it. Start from weights that are label-free.`,
  );
}

async function requireLabelFreeFile(path: string): Promise<void> {
  const file = await openSafetensors(path);
  try {
    requireLabelFree(path, file.metadata);
  } finally {
    await file.close();
  }
}
