/** Finds a model: a file, a folder with a model in it, or a run; where none is named, the one that comes with the program. */

import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shippedModel } from '../export/shipped-model.js';
import { commandHint } from '../support/command-hint.js';
import { messageOf, systemCodeOf, UserError } from '../support/errors.js';
import { fileError } from '../support/files/file-errors.js';
import { patiently } from '../support/files/passing-failures.js';

export interface FoundModel {
  /** The ONNX file. */
  readonly path: string;
  /** `model.json`, where it is not beside it. */
  readonly description?: string;
  /** The run that it was exported from, where it lies in one. */
  readonly run?: string;
}

/**
 * Finds the exported model that a person means.
 * @param given a path or `file:` URL of `model.onnx`, its folder or the folder of its run, or the name of a run.
 * @throws UserError when there is none.
 */
export async function findModel(given?: string | URL): Promise<FoundModel> {
  if (given === undefined) return findShipped();
  const path = await findPath(given);
  const run = basename(dirname(dirname(resolve(path))));
  if (basename(dirname(resolve(path))) !== 'export') return { path };
  const { runsFolder } = await runs();
  return resolve(path) === resolve(runsFolder, run, 'export', 'model.onnx') ? { path, run } : { path };
}

async function findShipped(): Promise<FoundModel> {
  const shipped = await shippedModel();
  if (shipped !== undefined) return shipped;
  throw new UserError('No model comes with this copy of the program: name an exported model.onnx or a run.', {
    code: 'ERR_ANTONYM_NO_SUCH_FILE',
  });
}

async function findPath(named: string | URL): Promise<string> {
  const given = pathOf(named);
  const found = await kindOf(given);
  if (found.kind === 'file') return given;
  if (found.kind === 'folder') {
    for (const candidate of [join(given, 'model.onnx'), join(given, 'export', 'model.onnx')])
      if ((await kindOf(candidate)).kind === 'file') return candidate;
    const message = `${given} is a folder without a model.onnx: give the ONNX file or the name of a run.`;
    throw new UserError(message, { code: 'ERR_ANTONYM_NO_SUCH_FILE' });
  }
  if (/[\\/]|\.onnx$/.test(given)) throw fileError('read the model', given, found.error);
  const { findRun, runsFolder } = await runs();
  const run = await findRun(runsFolder, given).catch((error) => {
    throw error instanceof UserError ? new UserError(error.message, { cause: error, code: 'ERR_ANTONYM_NO_SUCH_FILE' }) : error;
  });
  if ((await kindOf(run.model)).kind === 'file') return run.model;
  const hint = commandHint(`export --run ${given}`);
  throw new UserError(`The run ${given} has no exported model. Export it with: ${hint}`, { code: 'ERR_ANTONYM_NO_SUCH_FILE' });
}

/** Loaded where it is needed: scoring with a file starts without it. */
function runs(): Promise<typeof import('../runs/run-directory.js')> {
  return import('../runs/run-directory.js');
}

function pathOf(named: string | URL): string {
  const text = named instanceof URL ? named.href : named;
  if (typeof text !== 'string') throw badArgument('Give the model as a path, a file: URL or the name of a run.');
  if (text.includes('\0')) throw badArgument('The path of a model cannot have a NUL character.');
  if (/^file:/i.test(text)) {
    try {
      return fileURLToPath(text);
    } catch (error) {
      throw badArgument(`${text} cannot be used: ${messageOf(error)}.`);
    }
  }
  if (/^(data:|blob:|[a-z][a-z0-9+.-]+:\/\/)/i.test(text) || named instanceof URL) {
    throw badArgument(
      `${text.length > 80 ? `${text.slice(0, 80)}...` : text} is not a file: URL: nothing is fetched. Save model.onnx and model.json in a folder and give its path.`,
    );
  }
  return named;
}

function badArgument(message: string): UserError {
  return new UserError(message, { code: 'ERR_ANTONYM_BAD_ARGUMENT' });
}

async function kindOf(path: string): Promise<{ readonly kind: 'file' | 'folder' | 'nothing'; readonly error?: unknown }> {
  try {
    return { kind: (await patiently(() => stat(path))).isDirectory() ? 'folder' : 'file' };
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'ENOTDIR') return { kind: 'nothing', error };
    throw fileError('read the model', path, error);
  }
}
