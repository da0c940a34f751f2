/** Recognizes published weights by their SHA-256: a file can have any name, and be cut off or changed. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { digestOfFile } from '../../support/files/file-digest.js';
import type { PublishedWeights } from '../published-weights.js';

/**
 * A remark on a file that a person gave: which published one it is, or that it has the name of one but is another.
 * @param published of the backbone that is wanted
 * @returns undefined for folders, and for files of unknown names and contents
 */
export async function recognizeWeights(path: string, { origin, original, hub }: PublishedWeights): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  const digest = await digestOfFile(path);
  if (digest === original?.sha256) return `${path} is ${original.name} of ${origin} (SHA-256 ${digest})`;
  if (digest === hub.sha256) return `${path} is ${hub.name} of ${hub.repository} on the Hugging Face hub (SHA-256 ${digest})`;
  if (basename(path) !== original?.name) return undefined;
  return `warning: ${path} is not the ${original.name} of ${origin}: its SHA-256 is ${digest}, not ${original.sha256}`;
}
