/** Everything that a run's folder tells, read for a report. Parts that a run does not have (yet) are absent. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Evaluation, parseEvaluation } from '../evaluate/evaluation.js';
import { parseResult } from '../evaluate/parse-result.js';
import { parseSensitivity, type Sensitivity } from '../evaluate/sensitivity.js';
import { type HeldOutScores, heldOutScoresSchema } from '../export/held-out-scores.js';
import { type ModelDescription, parseModelDescription } from '../export/model-description.js';
import { descriptionName, modelName, parityName } from '../export/model-files.js';
import { type Parity, paritySchema } from '../export/parity.js';
import { type MetricsRow, readMetrics } from '../runs/metrics-log.js';
import { type RunFolder, readConfig } from '../runs/run-directory.js';
import { commandHint } from '../support/command-hint.js';
import { messageOf, systemCodeOf, UserError } from '../support/errors.js';
import { fileError } from '../support/files/file-errors.js';
import { type HashedFile, hashFiles } from '../support/files/hash-files.js';
import { readRegularText } from '../support/files/regular-file.js';
import { jsonObject, jsonObjectOrEmpty } from '../support/json-object.js';
import { runIdentity } from '../train/run-identity.js';

/** A result and the folder of its pictures. */
export interface Found<T> {
  readonly folder: string;
  readonly result: T;
}

export interface RunFacts {
  readonly name: string;
  readonly folder: RunFolder;
  /** Values of options by key; those of other versions of this program too. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Origin of each value. */
  readonly origins: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, unknown>>;
  /** All rows of metrics.jsonl, and those of two kinds. */
  readonly metrics: readonly MetricsRow[];
  readonly steps: readonly MetricsRow[];
  readonly evaluations: readonly MetricsRow[];
  readonly model: ModelDescription | undefined;
  readonly parity: Parity | undefined;
  readonly heldOut: Found<HeldOutScores> | undefined;
  /** Newest last. */
  readonly opinions: readonly Found<Evaluation>[];
  readonly sensitivities: readonly Found<Sensitivity>[];
  /** The exported files. */
  readonly files: readonly HashedFile[];
  /** Paths of pictures of what it was trained on. */
  readonly previews: readonly string[];
  /** Parts that could not be read, in sentences. */
  readonly problems: readonly string[];
}

const exportAgain = 'Export the model again.';

/**
 * Reads a run, also one that is being trained or was stopped.
 * @throws UserError when it has no configuration or its metrics are damaged; other files that cannot be read become problems.
 */
export async function readRunFacts(folder: RunFolder): Promise<RunFacts> {
  const problems: string[] = [];
  /** Undefined where there is no such file, or it cannot be used, which is noted. */
  const read = async <T>(path: string, parse: (text: string, path: string) => T): Promise<T | undefined> => {
    try {
      return parse(await readRegularText(path, 2 ** 28), path);
    } catch (error) {
      if (systemCodeOf(error) !== 'ENOENT') problems.push(messageOf(fileError('read', path, error)));
      return undefined;
    }
  };
  const readAll = async <T>(root: string, file: string, parse: (text: string, path: string) => T): Promise<Found<T>[]> => {
    const found: Found<T>[] = [];
    for (const name of await namesIn(root)) {
      const result = await read(join(root, name, file), parse);
      if (result !== undefined) found.push({ folder: join(root, name), result });
    }
    return found;
  };
  const config = parseRecord(await readConfig(folder), folder.config);
  const { origins, ...options } = config;
  const metrics = await readMetrics(folder.metrics, runIdentity(config));
  const files = await hashFiles(folder.exported);
  const model = await read(join(folder.exported, descriptionName), parseModelDescription);
  const last = metrics.at(-1)?.step ?? 0;
  if (model && last < model.training.step && existsSync(folder.metrics)) {
    const remedy = 'Restore the file: its page has no curves of later steps.';
    problems.push(`${folder.metrics} is cut off: it ends at step ${last}, and the model is of step ${model.training.step}. ${remedy}`);
  }
  const parity = await read(join(folder.exported, parityName), (text, path) => parseResult(paritySchema, text, path, exportAgain));
  const heldOut = await readHeldOut(folder.heldOut, read);
  requireOneExport(folder, files, [
    [join(folder.exported, descriptionName), model?.files?.[0]?.sha256],
    [join(folder.exported, parityName), parity?.model],
    [join(folder.heldOut, 'scores.json'), heldOut?.result.model],
  ]);
  return {
    name: folder.name,
    folder,
    options,
    origins: jsonObjectOrEmpty.parse(origins),
    environment: (await read(folder.environment, parseJsonRecord)) ?? {},
    metrics,
    steps: metrics.filter(({ kind }) => kind === 'step'),
    evaluations: metrics.filter(({ kind }) => kind === 'evaluation'),
    model,
    parity,
    heldOut,
    opinions: await readAll(folder.evaluations, 'evaluation.json', parseEvaluation),
    sensitivities: await readAll(folder.sensitivities, 'sensitivity.json', parseSensitivity),
    files,
    previews: (await namesIn(folder.previews)).filter((name) => name.endsWith('.png')).map((name) => join(folder.previews, name)),
    problems,
  };
}

/**
 * A page must not certify one model with the proof of another.
 * @param stated files, with the SHA-256 of the ONNX file that they are about, where they state it
 * @throws UserError when one is about another file than the one that is there.
 */
function requireOneExport(run: RunFolder, files: readonly HashedFile[], stated: readonly (readonly [string, string | undefined])[]): void {
  const actual = files.find(({ name }) => name === modelName)?.sha256;
  const [other] = stated.find(([, sha256]) => sha256 !== undefined && sha256 !== actual) ?? [];
  if (other === undefined) return;
  throw new UserError(
    `${other} does not belong to ${run.model}: it was written for another file. Repair the run with: ${commandHint(`export --run ${run.name}`)}`,
  );
}

async function readHeldOut(
  folder: string,
  read: <T>(path: string, parse: (text: string, path: string) => T) => Promise<T | undefined>,
): Promise<Found<HeldOutScores> | undefined> {
  const result = await read(join(folder, 'scores.json'), (text, path) => parseResult(heldOutScoresSchema, text, path, exportAgain));
  return result && { folder, result };
}

/** Sorted; none where there is no such folder. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw fileError('list the files of', folder, error);
  }
}

function parseJsonRecord(text: string, path: string): Record<string, unknown> {
  return parseResult(jsonObject, text, path, 'Restore it, or remove it: it only says where the run began.');
}

function parseRecord(value: unknown, path: string): Record<string, unknown> {
  const { data } = jsonObject.safeParse(value);
  if (data !== undefined) return data;
  throw new UserError(`${path} must be an object of options.`);
}
