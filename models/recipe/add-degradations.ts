/** Gives the shipped model its output `degradations`: fitted to the recipe's photographs, added to the file; what it scores stays as it is. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { modelCard } from '#antonym/export/model-card.js';
import { fileSummary, fileVersion, type ModelDescription, parseModelDescription, toMetadata } from '#antonym/export/model-description.js';
import { dataName, descriptionName, hashesOf, modelCardName, modelName, parityName } from '#antonym/export/model-files.js';
import { checkDegradations, type Parity, paritySchema } from '#antonym/export/parity.js';
import { encodeOnnx, onnxPieces } from '#antonym/graph/onnx-file.js';
import { degradationGroups, degradationsOutput } from '#antonym/heads/degradation-groups.js';
import { cropImage, type Image } from '#antonym/images/image.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { UserError } from '#antonym/support/errors.js';
import { writeFileAtomically } from '#antonym/support/files/atomic-file.js';
import { hashFiles } from '#antonym/support/files/hash-files.js';
import { parseSealed, sealJson } from '#antonym/support/sealed-json.js';
import { DefectFeatures } from './defect-features.js';
import { featuresGraph, withDegradations } from './defect-graph.js';
import { type DefectSample, defects, firstCrop, makeDefectSamples } from './defect-samples.js';
import { degradationsOfRow } from './degradation-probe.js';
import { type DegradationFit, fitDegradations } from './fit-degradations.js';
import { keptSamples } from './kept-samples.js';
import { networkFeatures } from './quality-features.js';

/** Penalty of the ridge regressions: chosen beforehand, as each takes as long as all else of the fit. */
const penalties = [0.3];
/** Side of the crops by which the written file is compared with the fit, pixels; one of each photograph. */
const proofSide = 256;

interface Fitted {
  readonly fit: DegradationFit;
  readonly features: DefectFeatures;
  readonly proof: readonly { readonly crop: Image; readonly expected: readonly number[] }[];
}

/**
 * Rewrites the files of a model that the recipe made.
 * @param photographs the folder of the photographs that it was fitted to
 * @throws UserError when the photographs do not suffice, or the file does not compute what was fitted
 */
export async function addDegradations(
  folder: string,
  photographs: string,
  onPhotograph: (done: number, total: number) => void,
): Promise<ModelDescription> {
  const path = join(folder, modelName);
  const { fit, features, proof } = await fitToPhotographs(path, photographs, onPhotograph);
  const described = parseModelDescription(await readFile(join(folder, descriptionName), 'utf8'), folder);
  const { thresholds, figures } = fit;
  const description = {
    ...described,
    degradations: { output: degradationsOutput, groups: [...degradationGroups], thresholds, measured: figures },
  };
  const facts = {
    version: description.version,
    description: fileSummary(description),
    modelVersion: fileVersion,
    metadata: toMetadata(description),
  };
  const pieces = onnxPieces(await withDegradations(path, features, fit.probe), facts, { location: dataName });
  const model = Buffer.concat(pieces.model);
  await requireSameScores(path, model, proof);
  const pixels = new Uint8Array(Buffer.concat(proof.map(({ crop }) => crop.data)));
  const crops = { pixels, count: proof.length, side: proofSide, atOnce: 1 };
  const degradations = await checkDegradations(
    model,
    crops,
    proof.map(({ expected }) => expected),
  );
  const own = { ...description, files: hashesOf(pieces) };
  const before = paritySchema.parse(parseSealed(await readFile(join(folder, parityName), 'utf8')));
  const parity: Parity = { ...before, degradations, model: own.files[0].sha256 };
  await writeFileAtomically(path, model);
  await writeFileAtomically(join(folder, descriptionName), sealJson(own, 2));
  await writeFileAtomically(join(folder, parityName), sealJson(parity, 2));
  const files = (await hashFiles(folder)).filter(({ name }) => name !== modelCardName);
  await writeFileAtomically(join(folder, modelCardName), modelCard({ description: own, parity, files, opinions: [] }));
  return own;
}

async function fitToPhotographs(path: string, photographs: string, onPhotograph: (done: number, total: number) => void): Promise<Fitted> {
  const graph = await featuresGraph(path);
  const thread = new SessionThread({ threads: 1 });
  try {
    await thread.load('features', encodeOnnx(graph));
    const see = async ({ width, height, data }: Image): Promise<Float32Array> => {
      const outputs = await thread.run('features', { image: { dataType: 'uint8', shape: [1, height, width, 3], data } });
      return outputs.features!.data as Float32Array;
    };
    const work = `${photographs}-defects-${hashOf(encodeOnnx(graph))}`;
    await mkdir(work, { recursive: true });
    const files = (await readdir(photographs)).sort();
    const samples: DefectSample[] = [];
    for (const [index, file] of files.entries()) {
      samples.push(...(await keptSamples(join(work, `${file}.json`), () => makeDefectSamples(join(photographs, file), see))));
      onPhotograph(index + 1, files.length);
    }
    const features = new DefectFeatures(
      networkFeatures,
      samples.map((sample) => sample.features),
    );
    const fit = fitDegradations(
      samples.map((sample) => ({ ...sample, features: features.of(sample.features) })),
      { gainOf: (feature) => features.gainOf(feature), penalties },
    );
    if (fit === undefined) throw new UserError(`The photographs in ${photographs} do not suffice for the degradations.`);
    const proof: { crop: Image; expected: number[] }[] = [];
    for (const file of files) {
      const crop = cropImage(await firstCrop(join(photographs, file)), 0, 0, proofSide, proofSide);
      proof.push({ crop, expected: degradationsOfRow(features.of(await see(crop)), fit.probe) });
    }
    return { fit, features, proof };
  } finally {
    await thread.close();
  }
}

/** @throws Error when the file with the output scores otherwise. */
async function requireSameScores(before: string, after: Uint8Array, images: Fitted['proof']): Promise<void> {
  const thread = new SessionThread();
  try {
    await thread.load('before', before);
    await thread.load('after', after);
    for (const { crop } of images) {
      const image = { dataType: 'uint8', shape: [1, crop.height, crop.width, 3], data: crop.data } as const;
      const scoreOf = async (model: string): Promise<number> =>
        Number((await thread.run(model, { image }, { outputs: ['score'] })).score!.data[0]);
      const [own, other] = [await scoreOf('before'), await scoreOf('after')];
      if (own !== other) throw new Error(`the model with degradations scores ${other}, without them ${own}`);
    }
  } finally {
    await thread.close();
  }
}

/** Samples that were kept are those of the same features and choices. */
function hashOf(features: Uint8Array): string {
  return createHash('sha256').update(features).update(JSON.stringify(defects)).digest('hex').slice(0, 16);
}
