/** From a run's best checkpoint to the files that users take away. */
import { join } from 'node:path';
import type { ImageReference } from '../datasets/image-reference.js';
import type { Graph } from '../graph/graph.js';
import { type OnnxPieces, onnxPieces } from '../graph/onnx-file.js';
import type { Head } from '../heads/head.js';
import { type MeasuredScorer, openMeasuredScorer } from '../heads/score-measured.js';
import { quantile } from '../statistics/quantile.js';
import { describeEnvironment, type Environment } from '../support/environment.js';
import { everything, writeFolderAtomically, writeFoldersAtomically } from '../support/files/atomic-folder.js';
import { fileError } from '../support/files/file-errors.js';
import { type HashedFile, hashFile, hashFiles } from '../support/files/hash-files.js';
import { writeContent } from '../support/files/write-content.js';
import { sealJson } from '../support/sealed-json.js';
import { sealMarkdown } from '../support/sealed-markdown.js';
import { concatenate } from '../tensors/concatenate.js';
import type { HeldOutPair } from '../train/data/held-out.js';
import { evaluateOrdering } from '../train/evaluation.js';
import { withOwnThresholds } from './degradations/pristine-alarms.js';
import { addDegradations, readShippedDegradations } from './degradations/shipped-degradations.js';
import { type HeldOutFiles, heldOutScores, writeHeldOutScores } from './held-out-scores.js';
import type { Measurement } from './measurement.js';
import { modelCard } from './model-card.js';
import { fileSummary, fileVersion, type ModelDescription, toMetadata } from './model-description.js';
import { dataName, descriptionName, hashesOf, isModelFile, modelCardName, modelName, parityName, writeModel } from './model-files.js';
import type { Parity } from './parity.js';
import { reducePrecision } from './precision/precision.js';
import { type HeldOutScoring, prove, proveReduced, type Reduction } from './prove-export.js';
import { buildScoringModel } from './scoring-model.js';
import { seenOpinions, seenOpinionsName, trainedOpinionsOf } from './seen-opinions.js';

export interface ExportedModel {
  readonly folder: string;
  readonly model: string;
  readonly description: ModelDescription;
  readonly parity: Parity;
  /** Its scores of crops that training never saw. */
  readonly heldOut: HeldOutFiles;
}

/** Above this many pixels, `score` splits an image: bounds its memory at a few hundred MB. */
const maximumPixels = 2 ** 21;
/** The further output of `ExportOptions.embedding`. */
const embeddingOutput = 'embedding';
const withoutShipped =
  'The file will not say what is wrong with an image (degradations): the model that ships, which tells it, is not where this program is installed.';
/** Key of the metadata with the hash of the file of weights. */
const weightsKey = 'antonym.weights';

export interface ExportOptions {
  /** Scale of the score; default: fitted to the held-out crops. */
  readonly scale?: number | undefined;
  /** The reduced precision, if any; default: float32. */
  readonly reduction?: Reduction | undefined;
  /** Beside the model's folder: where to write its scores of held-out crops, which then belong to it. */
  readonly heldOutFolder?: string | undefined;
  /** True where the file gives the embedding, too; default: false. */
  readonly embedding?: boolean | undefined;
  /** False where the file shall not say what is wrong with an image; default: true. */
  readonly degradations?: boolean | undefined;
  /** Told how many photographs of the run were looked at for its thresholds. */
  readonly onDegradations?: ((done: number, total: number) => void) | undefined;
  /** Takes a sentence that says why a part of the files is missing. */
  readonly onNotice?: ((notice: string) => void) | undefined;
}

/**
 * Writes `model.onnx`, `model.json`, `parity.json` and `MODEL_CARD.md` as one: an earlier model stays until the new one is proven and on disk.
 * Weights of more than 2 GB lie in `model.onnx.data`. Other files and folders in its folder stay.
 * @throws UserError when the exported file does not compute the measured values, a reduced precision changes the order of more than
 * 1 % of pairs, another process writes the folder, or a file cannot be written.
 */
export async function exportRun(measurement: Measurement, folder: string, options: ExportOptions = {}): Promise<ExportedModel> {
  const scorer = await openMeasuredScorer(measurement.setup.model.head);
  try {
    return await exportScored(measurement, folder, options, scorer);
  } finally {
    await scorer.close();
  }
}

async function exportScored(
  measurement: Measurement,
  folder: string,
  { scale, reduction, heldOutFolder, embedding, degradations = true, onDegradations, onNotice }: ExportOptions,
  scorer: MeasuredScorer,
): Promise<ExportedModel> {
  const { setup, step, tensors, heldOut, measured, choosing } = measurement;
  const fittedScale = scale ?? (await calibrated(setup.model.head, choosing?.measured ?? measured, scorer));
  const scoring = await scoreMeasured(measured, fittedScale, scorer);
  const { scale: usedScale, scores } = scoring;
  const evaluation = evaluateOrdering(setup.model.head, heldOut, measured, usedScale);
  const telling = degradations ? await readShippedDegradations() : undefined;
  if (degradations && telling === undefined) onNotice?.(withoutShipped);
  const described: ModelDescription = {
    ...describe(measurement, usedScale, scores, evaluation, imagesOf(heldOut), await describeEnvironment()),
    ...(reduction && { precision: reduction.precision }),
    ...(telling && { degradations: await withOwnThresholds(telling, photographsOf(measurement), onDegradations) }),
    ...(embedding && { embedding: { output: embeddingOutput, size: setup.model.backbone.embedding } }),
  };
  const pictures = await heldOutScores(heldOut, scores, { step, evaluation });
  const fill = async ([into, beside]: readonly string[]): Promise<Omit<ExportedModel, 'folder' | 'model'>> => {
    const scoringModel = buildScoringModel(setup.model, tensors, usedScale, described.crops?.side, setup.opinions?.range);
    if (embedding) scoringModel.graph.output(embeddingOutput, scoringModel.embedding);
    const reducedModel = reduction && (await reducePrecision(scoringModel, reduction.precision));
    const piecesOf = (graph: Graph): OnnxPieces => {
      // in float32 whatever the precision of the rest: it is small
      if (telling) addDegradations(graph, telling, described.size.minimumSide);
      return piecesOfModel(graph, described);
    };
    const pieces = piecesOf((reducedModel ?? scoringModel).graph);
    const path = await writeModel(into!, pieces);
    const proof = reducedModel
      ? await proveReduced(
          measurement,
          scoring,
          reduction!,
          path,
          pieces,
          piecesOf(scoringModel.graph),
          reducedModel.elsewhere && piecesOf(reducedModel.elsewhere),
          telling,
        )
      : await prove(measurement, scoring, path, telling);
    const own = hashesOf(pieces);
    const [{ sha256 }] = own;
    const parity = { ...proof, model: sha256 };
    const json = async (name: string, value: object): Promise<HashedFile> => {
      await writeContent(join(into!, name), sealJson(value, 2));
      return hashFile(into!, name);
    };
    const files = [...own, await json(parityName, parity)];
    if (setup.opinions) files.push(await json(seenOpinionsName, seenOpinions(setup.opinions)));
    const description = { ...described, files };
    await json(descriptionName, description);
    const card = modelCard({ description, parity, files: await hashFiles(into!), opinions: [] });
    await writeContent(join(into!, modelCardName), sealMarkdown(card));
    if (beside !== undefined) await writeHeldOutScores(beside, pictures, sha256);
    return { description, parity, heldOut: pictures };
  };
  const result = { path: folder, replaces: isModelFile };
  try {
    const written =
      heldOutFolder === undefined
        ? await writeFolderAtomically(result, (only) => fill([only]))
        : await writeFoldersAtomically([result, { path: heldOutFolder, replaces: everything }], fill);
    return { folder, model: join(folder, modelName), ...written };
  } catch (error) {
    throw fileError('write the exported model to', folder, error);
  }
}

/** Those that training never saw first; none of weights that were not trained here, or of stored pairs. */
function photographsOf({ step, setup }: Measurement): readonly ImageReference[] {
  const { split } = setup.data;
  return step === 0 || split === undefined ? [] : [...split.heldOut, ...split.training];
}

function piecesOfModel(graph: Graph, description: ModelDescription): OnnxPieces {
  const facts = {
    version: description.version,
    description: fileSummary(description),
    modelVersion: fileVersion,
    metadata: toMetadata(description),
  };
  const pieces = onnxPieces(graph, facts, { location: dataName });
  const [, weights] = hashesOf(pieces);
  if (weights === undefined) return pieces;
  // The file of the graph knows the file of its weights, so that its own hash stands for both.
  return onnxPieces(
    graph,
    { ...facts, metadata: { ...facts.metadata, [weightsKey]: JSON.stringify(weights.sha256) } },
    { location: dataName },
  );
}

/** @returns scores by the graph of the head's score, in the lists of the measurements */
async function scoreMeasured(measured: readonly Float32Array[], scale: number, scorer: MeasuredScorer): Promise<HeldOutScoring> {
  const scores: number[][] = [];
  for (const part of measured) scores.push(await scorer.scores(part, scale));
  return { scorer, scale, scores };
}

/**
 * The scale that fits the score to measurements.
 * @param own scorer of the head's score
 */
async function calibrated(
  { measuredShape, calibratedScore, calibrate }: Head,
  measured: readonly Float32Array[],
  own: MeasuredScorer,
): Promise<number> {
  const scorer = calibratedScore ? await openMeasuredScorer({ measuredShape, score: calibratedScore }) : own;
  try {
    const all = concatenate(measured);
    return await calibrate((candidate) => scorer.scores(all, candidate));
  } finally {
    if (scorer !== own) await scorer.close();
  }
}

function describe(
  {
    setup: {
      options,
      data: { dataset, downscale, unknownBefore },
      model,
      opinions,
      start: { origin },
    },
    step,
    fitted,
    choosing,
  }: Measurement,
  scale: number,
  heldOutScores: readonly (readonly number[])[],
  evaluation: ModelDescription['evaluation'],
  heldOutImages: number,
  { antonym, commit, modified }: Environment,
): ModelDescription {
  const crops = model.head.crops?.(options.crop);
  // two crops of each level, from level 0 on
  const scores = heldOutScores.flatMap((own) => own.map((score, index) => ({ level: index >> 1, score })));
  const percentilesOf = (level: number): ModelDescription['scorePercentiles'][number] => {
    const own = scores.filter((crop) => crop.level === level).map(({ score }) => score);
    const at = (share: number): number => Number(quantile(own, share).toFixed(6));
    return { level, p5: at(0.05), p25: at(0.25), p50: at(0.5), p75: at(0.75), p95: at(0.95) };
  };
  const { name, licence, homepage, citation, images } = dataset;
  return {
    format: 'antonym-model-1',
    method: fitted?.method ?? model.head.method(step > 0),
    backbone: `${model.backbone.name}: ${model.backbone.description}`,
    ...model.head.facts(),
    ...(opinions && { trainedOpinions: trainedOpinionsOf(opinions) }),
    ...(!opinions && model.head.trainedElsewhere !== undefined && { trainedOpinions: { name: model.head.trainedElsewhere } }),
    ...(origin && { weights: origin }),
    scale,
    score: { range: [0, 1], direction: 'higher is better' },
    size: {
      minimumSide: model.backbone.minimumSide,
      recommendedSide: options.crop,
      ...(model.backbone.fixedSide !== undefined && !crops && { fixedSide: model.backbone.fixedSide }),
      ...(model.backbone.sideMultiple > 1 && !crops && { sideMultiple: model.backbone.sideMultiple }),
    },
    largeImages: { policy: 'tiles', maximumPixels },
    ...(crops && { crops }),
    scorePercentiles: Array.from({ length: options.levels + 1 }, (_, level) => percentilesOf(level)),
    evaluation,
    data: {
      name,
      ...given({ licence, homepage, citation }),
      images,
      heldOut: heldOutImages,
      ...(choosing && { choosing: choosing.images }),
      ...(unknownBefore.length > 0 && { unknownBefore: [...unknownBefore] }),
      downscale,
    },
    training: {
      step,
      steps: step > 0 ? options.steps : 0,
      seed: options.seed,
      levels: options.levels,
      crop: options.crop,
      ...(step > 0 && options.precision === 'mixed' && { precision: options.precision }),
      ...(step > 0 && options.tune !== 'whole' && { tune: options.tune }),
      ...(fitted && { samples: fitted.samples }),
    },
    version: antonym,
    ...given({ commit: commit && (modified ? `${commit}-modified` : commit) }),
  };
}

/** Number of different images that pairs show. */
function imagesOf(pairs: readonly HeldOutPair[]): number {
  return new Set(pairs.map(({ pair }) => pair.record.image)).size;
}

/** The entries that have a value. */
function given<T extends Record<string, string | undefined>>(values: T): { [Key in keyof T]?: string } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [Key in keyof T]?: string };
}
