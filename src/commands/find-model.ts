/** `--model`: a file, a folder with a model in it, or a run. Without it, the model that comes with the program. */
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { findRun, runsFolder } from '../runs/run-directory.js';
import { shippedModel } from '../score/shipped-model.js';
import { commandHint } from '../support/command-hint.js';
import { systemCodeOf, UserError } from '../support/errors.js';
import { fileError } from '../support/files/file-errors.js';

export interface FoundModel {
  /** Of the ONNX file. */
  readonly path: string;
  /** The run that it was exported from, where it lies in one. */
  readonly run?: string;
}

/**
 * Finds the exported model that a person means.
 * @param given `--model`, or undefined where it was left out.
 * @throws UserError when there is none.
 */
export async function findModel(given: string | undefined): Promise<FoundModel> {
  const path = await findModelPath(given);
  const run = basename(dirname(dirname(resolve(path))));
  return resolve(path) === resolve(runsFolder, run, 'export', 'model.onnx') ? { path, run } : { path };
}

async function findModelPath(given: string | undefined): Promise<string> {
  if (given === undefined) {
    const shipped = await shippedModel();
    if (shipped !== undefined) return shipped;
    throw new UserError(`no model comes with this copy of the program: give one with --model FILE or --model RUN`);
  }
  const kind = await kindOf(given);
  if (kind === 'file') return given;
  if (kind === 'folder') {
    for (const candidate of [join(given, 'model.onnx'), join(given, 'export', 'model.onnx')])
      if ((await kindOf(candidate)) === 'file') return candidate;
    throw new UserError(`--model ${given} is a directory without a model.onnx: give the ONNX file or the name of a run`);
  }
  if (/[\\/]|\.onnx$/.test(given)) throw new UserError(`--model ${given} does not exist`);
  const run = await findRun(runsFolder, given);
  if ((await kindOf(run.model)) === 'file') return run.model;
  throw new UserError(`The run ${given} has no exported model. Export it with: ${commandHint(`export --run ${given}`)}`);
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'nothing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'ENOTDIR') return 'nothing';
    throw fileError('read', path, error);
  }
}
