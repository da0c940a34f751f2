/** What tells that the file of an image is another one than when its row was made: scores of both must not stand in one list. */
import { stat } from 'node:fs/promises';
import { ofFile } from '../../support/files/passing-failures.js';
import { jsonText } from '../../support/json-line.js';

/** Size, and time of the last change in milliseconds, of a file or the archive that has the image; undefined where it cannot be told. */
export async function fileState(path: string): Promise<string | undefined> {
  const status = await ofFile(path, (one) => stat(one));
  return status?.isFile() ? `${status.size}-${Math.trunc(status.mtimeMs)}` : undefined;
}

const mark = /,"file":"(\d+-\d+)"\}$/;

/** The text of a row with the state of its file, which comes last. */
export function withFileState(row: object, state: string | undefined): string {
  const text = jsonText(row);
  return state === undefined ? text : `${text.slice(0, -1)},"file":"${state}"}`;
}

/** A row as `withFileState` was given it. */
export function splitFileState(text: string): { readonly row: string; readonly state?: string } {
  const [, state] = mark.exec(text) ?? [];
  return state === undefined ? { row: text } : { row: text.replace(mark, '}'), state };
}
