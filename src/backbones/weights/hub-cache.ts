/**
 * The cache of the Hugging Face hub on this machine, shared with Python's huggingface_hub: blobs by their SHA-256, and for each
 * commit of a repository links to them. https://huggingface.co/docs/huggingface_hub/guides/manage-cache
 */
import { existsSync } from 'node:fs';
import { copyFile, readFile, realpath, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { getHFHubCachePath } from '@huggingface/hub';
import { writeFileAtomically } from '../../support/files/atomic-file.js';
import { digestOfFile } from '../../support/files/file-digest.js';
import { makeFolder } from '../../support/files/make-folder.js';

const commit = /^[0-9a-f]{40}$/;

export class HubCache {
  private readonly folder: string;

  /** @param repository `OWNER/NAME` */
  constructor(repository: string, root: string = getHFHubCachePath()) {
    this.folder = join(root, `models--${repository.replace('/', '--')}`);
  }

  /**
   * The first of some files that is there at a revision, a commit or a branch as it was when it was downloaded.
   * @param sha256 that its content must have
   */
  async find(revision: string, names: readonly string[], sha256?: string): Promise<string | undefined> {
    const known = commit.test(revision) ? revision : await readFile(this.reference(revision), 'utf8').catch(() => undefined);
    if (known === undefined || !commit.test(known.trim())) return undefined;
    const path = names.map((name) => this.place(known.trim(), name)).find(existsSync);
    if (path === undefined || sha256 === undefined) return path;
    // blobs are named by a digest that was verified; what lies there by itself was put there by hand
    const isVerified = basename(await realpath(path)) === sha256 || (await digestOfFile(path)) === sha256;
    return isVerified ? path : undefined;
  }

  /** Path at which a file of a commit is looked for. */
  place(commitId: string, name: string): string {
    return join(this.folder, 'snapshots', commitId, name);
  }

  /** Path of the content with a digest. */
  blob(sha256: string): string {
    return join(this.folder, 'blobs', sha256);
  }

  /** Notes that a file of a commit has the content with a digest, which is there. @returns the file's path */
  async link(revision: string, commitId: string, name: string, sha256: string): Promise<string> {
    const path = this.place(commitId, name);
    await makeFolder(dirname(path));
    await rm(path, { force: true });
    // where the system has no symbolic links (Windows without developer mode), a copy
    await symlink(relative(dirname(path), this.blob(sha256)), path).catch(() => copyFile(this.blob(sha256), path));
    if (!commit.test(revision)) await writeFileAtomically(this.reference(revision), commitId);
    return path;
  }

  private reference(revision: string): string {
    return join(this.folder, 'refs', revision);
  }
}
