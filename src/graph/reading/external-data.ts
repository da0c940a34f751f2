/** Values of a model that lie in files beside it: read by offset, from its own folder only. */

import type { FileHandle } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { counted } from '../../support/counted.js';
import { UserError } from '../../support/errors.js';
import { fileError } from '../../support/files/file-errors.js';
import { readRange } from '../../support/files/read-range.js';
import { openRegular } from '../../support/files/regular-file.js';

interface OpenFile {
  readonly path: string;
  readonly handle: FileHandle;
  readonly size: number;
}

/** The external files of one model; close it after reading. */
export class ExternalData {
  private readonly open = new Map<string, OpenFile>();

  /** @param modelPath the ONNX file, to whose folder locations are relative */
  constructor(private readonly modelPath: string) {}

  /** The locations that were read from, relative to the model's folder. */
  get files(): string[] {
    return [...this.open.keys()];
  }

  /**
   * @param length in bytes
   * @throws UserError when the location leads out of the model's folder, or the file is missing or too short.
   */
  async read(location: string, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const { path, handle, size } = await this.file(location);
    if (!Number.isSafeInteger(offset) || offset < 0 || offset + length > size) {
      throw new UserError(
        `${path} has ${counted(size, 'byte')}, but ${this.modelPath} expects ${length} at ${offset}: one of them is damaged.`,
      );
    }
    return readRange(handle, new Uint8Array(length), offset, path);
  }

  async close(): Promise<void> {
    for (const { handle } of this.open.values()) await handle.close();
  }

  private async file(location: string): Promise<OpenFile> {
    const known = this.open.get(location);
    if (known) return known;
    const path = join(dirname(this.modelPath), location);
    if (location === '' || /[\\:\0]/.test(location) || posix.isAbsolute(location) || posix.normalize(location).startsWith('..')) {
      throw new UserError(
        `${this.modelPath} refers to a file outside its folder, ${JSON.stringify(location.slice(0, 100))}: it is not read.`,
      );
    }
    try {
      const handle = await openRegular(path);
      const { size } = await handle.stat();
      const file = { path, handle, size };
      this.open.set(location, file);
      return file;
    } catch (error) {
      throw fileError('read the external data', path, error);
    }
  }
}
