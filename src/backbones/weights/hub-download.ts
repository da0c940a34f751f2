/** Published weights from the Hugging Face hub: downloaded once, resumed where they broke off, verified by their SHA-256. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { downloadFile, HubApiError, modelInfo, pathsInfo } from '@huggingface/hub';
import { messageOf, UserError } from '../../support/errors.js';
import { fileError } from '../../support/file-errors.js';
import type { PublishedFile } from '../backbone.js';
import { HubCache } from './hub-cache.js';
import { weightFiles } from './open-weights.js';

export interface HubOptions {
  /** Default: https://huggingface.co, or HF_ENDPOINT. */
  readonly hubUrl?: string;
  /** The folder of the cache; default: as Python's huggingface_hub. */
  readonly cache?: string;
  /** Bytes that are there, of all. */
  onProgress?(done: number, total: number): void;
}

const singleFiles = weightFiles.filter((name) => !name.endsWith('.json'));
/** `OWNER/NAME` or `OWNER/NAME@REVISION`, as the hub allows. */
const pattern = /^(?<repository>[\w.-]+\/[\w.-]+)(?:@(?<revision>[\w.-]+))?$/;

/**
 * The path of a repository's file of weights. What is in the cache is used without asking the hub: a branch stays what it was when
 * it was downloaded first.
 * @param name `OWNER/NAME`, or `OWNER/NAME@REVISION` for a commit, tag or branch other than main
 * @throws UserError when it cannot be had: with the address of the file, and where to put it.
 */
export async function downloadWeights(name: string, options: HubOptions = {}): Promise<string> {
  const { repository, revision = 'main' } = pattern.exec(name)?.groups ?? {};
  if (repository === undefined || /\.\./.test(name)) {
    throw new UserError(`hf:${name} must be hf:OWNER/NAME or hf:OWNER/NAME@REVISION, such as hf:timm/resnet50_clip.openai`);
  }
  return download({ repository, revision }, options);
}

/**
 * The path of a published file, downloaded if it is not in the cache. Where its SHA-256 is known, nothing else will do.
 * @throws UserError when it cannot be had: with the address of the file, and where to put it.
 */
export function downloadPublished(file: PublishedFile, options: HubOptions = {}): Promise<string> {
  return download(file, options);
}

type WantedFile = Pick<PublishedFile, 'repository' | 'revision' | 'sha256'> & Partial<Pick<PublishedFile, 'name'>>;

async function download(wanted: WantedFile, options: HubOptions): Promise<string> {
  const { repository, revision } = wanted;
  const { hubUrl = process.env.HF_ENDPOINT || 'https://huggingface.co' } = options;
  const cache = new HubCache(repository, options.cache);
  const found = await cache.find(revision, wanted.name === undefined ? weightFiles : [wanted.name], wanted.sha256);
  if (found !== undefined) return found;
  const request = { repo: repository, hubUrl, ...(process.env.HF_TOKEN && { accessToken: process.env.HF_TOKEN }) };
  let file: HubFile | undefined;
  try {
    file = await findFile(request, wanted);
    const blob = cache.blob(file.sha256);
    if (!existsSync(blob)) await downloadBlob(request, file, blob, options);
    return await cache.link(revision, file.commit, file.path, file.sha256);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const failed = fileError('store the weights in', cache.blob(''), error);
    if (failed instanceof UserError) throw failed;
    const path = file?.path ?? wanted.name ?? singleFiles[0]!;
    const address = `${hubUrl}/${repository}/resolve/${revision}/${path}`;
    const commit = file?.commit ?? revision;
    const place = isCommit(commit) ? `, or put it at ${cache.place(commit, path)}` : '';
    const check = wanted.sha256 === undefined ? '' : ` (SHA-256 ${wanted.sha256})`;
    throw new UserError(
      `cannot download the weights ${repository}: ${reasonOf(error)}. ` +
        `Where there is access, download ${address}${check}, and give it with --weights FILE${place}`,
      { cause: error },
    );
  }
}

interface HubFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
  readonly commit: string;
}

interface HubRequest {
  readonly repo: string;
  readonly hubUrl: string;
  readonly accessToken?: string;
}

/** The preferred file of weights that a repository has, at the commit that a revision is now. */
async function findFile(request: HubRequest, { revision, name, sha256: known }: WantedFile): Promise<HubFile> {
  const { sha: commit } = await modelInfo({ ...request, name: request.repo, revision, additionalFields: ['sha'] });
  if (!isCommit(commit)) throw new Error('it names no commit');
  const names = name === undefined ? singleFiles : [name];
  const files = await pathsInfo({ ...request, revision: commit, paths: [...names] });
  const file = names.map((own) => files.find(({ path }) => path === own)).find((candidate) => candidate !== undefined);
  if (!file) throw new UserError(`the repository ${request.repo} has none of the files ${names.join(', ')}`);
  const sha256 = file.lfs?.oid;
  if (sha256 === undefined || !/^[0-9a-f]{64}$/.test(sha256))
    throw new UserError(`the hub states no SHA-256 of ${file.path} in ${request.repo}`);
  if (sha256 !== (known ?? sha256)) {
    throw new UserError(
      `${request.hubUrl} offers another ${file.path} of ${request.repo}: its SHA-256 is ${sha256}, not ${known}. It is not used`,
    );
  }
  return { path: file.path, size: file.size, sha256, commit };
}

/** Downloads into `<blob>.incomplete`, from where an earlier attempt ended. */
async function downloadBlob(request: HubRequest, file: HubFile, blob: string, { onProgress }: HubOptions): Promise<void> {
  const incomplete = `${blob}.incomplete`;
  await mkdir(dirname(blob), { recursive: true });
  const hash = createHash('sha256');
  let done = await lengthOf(incomplete);
  // of a longer file nothing can be said
  if (done > file.size) {
    await rm(incomplete);
    done = 0;
  }
  if (done > 0) for await (const chunk of createReadStream(incomplete)) hash.update(chunk as Buffer);
  const target = await open(incomplete, 'a');
  try {
    if (done < file.size) {
      // not by the hub's chunk protocol, which cannot go on in the middle
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
  if (done < file.size) throw new Error(`the connection ended after ${done} of ${file.size} bytes; the next attempt goes on from there`);
  if (done > file.size || hash.digest('hex') !== file.sha256) {
    await rm(incomplete);
    throw new Error('what arrived does not match its SHA-256 and was removed');
  }
  await rename(incomplete, blob);
}

function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

async function lengthOf(path: string): Promise<number> {
  return existsSync(path) ? (await stat(path)).size : 0;
}

function reasonOf(error: unknown): string {
  if (error instanceof HubApiError) {
    const { statusCode } = error;
    if (statusCode === 401 || statusCode === 403)
      return `the hub refuses access (${statusCode}); a private or gated one needs a token in HF_TOKEN`;
    return statusCode === 404 ? 'the hub knows no such repository or revision' : `the hub answered with status ${statusCode}`;
  }
  // fetch hides the reason behind "fetch failed"
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return cause instanceof AggregateError ? messageOf(cause.errors[0]) : messageOf(cause);
}
