/** The content of a file on the Hugging Face hub: fetched from where an earlier attempt ended, and verified. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { downloadFile } from '@huggingface/hub';
import { makeFolder } from '../../support/files/make-folder.js';

export interface HubFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of the content; of small files of text, the SHA-1 of Git's blob, which is all that the hub states of them. In hexadecimal. */
  readonly digest: string;
  readonly commit: string;
}

export interface HubRequest {
  readonly fetch: typeof fetch;
  readonly repo: string;
  readonly hubUrl: string;
  readonly accessToken?: string;
}

/** Path at which a blob arrives. */
function incompleteOf(blob: string): string {
  return `${blob}.incomplete`;
}

/**
 * Downloads a blob, from where an earlier attempt ended.
 * @param blob where it goes once it is whole and verified
 * @throws Error when the connection fails, or what arrived is something else.
 */
export async function downloadBlob(
  request: HubRequest,
  file: HubFile,
  blob: string,
  onProgress?: (done: number, total: number) => void,
): Promise<void> {
  const incomplete = incompleteOf(blob);
  await makeFolder(dirname(blob));
  const kind = file.digest.length === 64 ? 'SHA-256' : 'SHA-1';
  const hash = createHash(kind.replace('-', ''));
  // https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
  if (kind === 'SHA-1') hash.update(`blob ${file.size}\0`);
  let done = await bytesThere(blob);
  // of a longer file nothing can be said
  if (done > file.size) {
    await rm(incomplete);
    done = 0;
  }
  if (done > 0) for await (const chunk of createReadStream(incomplete)) hash.update(chunk as Buffer);
  const target = await open(incomplete, 'a');
  try {
    if (done < file.size) {
      // not by the hub's chunk protocol, which cannot resume in the middle
      const remote = await downloadFile({ ...request, path: file.path, revision: file.commit, xet: false });
      if (!remote) throw new Error('the file is not there any more');
      for await (const chunk of remote.slice(done, file.size).stream()) {
        hash.update(chunk);
        await target.writeFile(chunk);
        done += chunk.length;
        onProgress?.(done, file.size);
      }
    }
    await target.sync();
  } finally {
    await target.close();
  }
  if (done < file.size) throw new Error('the connection ended too early');
  if (done > file.size || hash.digest('hex') !== file.digest) {
    await rm(incomplete);
    throw new Error(`what arrived does not match its ${kind} and was removed`);
  }
  await rename(incomplete, blob);
}

/** Bytes of an unfinished blob that are there. */
export async function bytesThere(blob: string): Promise<number> {
  const incomplete = incompleteOf(blob);
  return existsSync(incomplete) ? (await stat(incomplete)).size : 0;
}
