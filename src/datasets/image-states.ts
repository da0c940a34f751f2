/** The states of image files tell whether they have changed since work on them began, without reading them. */
import { stat } from 'node:fs/promises';
import pLimit from 'p-limit';
import { counted } from '../support/counted.js';
import { ofFile } from '../support/files/passing-failures.js';
import type { ImageReference } from './image-reference.js';

/** Files looked at at a time. */
const concurrency = 16;

/** Size and time of the last change of each file by id; a file that cannot be looked at is `missing`. A rendered image is its id alone. */
export async function imageStates(images: readonly ImageReference[]): Promise<Record<string, string>> {
  const states = await pLimit(concurrency).map(images, async (image) => [image.id, await stateOf(image)] as const);
  return Object.fromEntries(states);
}

async function stateOf(image: ImageReference): Promise<string> {
  if (image.kind !== 'file') return 'rendered';
  const status = await ofFile(image.path, (path) => stat(path));
  return status === undefined ? 'missing' : `${counted(status.size, 'byte')} of ${status.mtime.toISOString()}`;
}
