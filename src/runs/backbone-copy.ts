/** The files of an ONNX backbone in a run: copied when it begins, and verified when it resumes, since a changed constant would train on in silence. */
import { copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { asSentence, messageOf, systemCodeOf, UserError } from '../support/errors.js';
import { writeFileAtomically } from '../support/files/atomic-file.js';
import { fileError } from '../support/files/file-errors.js';
import { hashFile } from '../support/files/hash-files.js';
import { makeFolder } from '../support/files/make-folder.js';
import { readRegularText } from '../support/files/regular-file.js';
import { parseSealed, sealJson } from '../support/sealed-json.js';
import type { RunFolder } from './run-directory.js';

const schema = z.strictObject({
  files: z.array(z.strictObject({ name: z.string(), bytes: z.int(), sha256: z.string() })).readonly(),
});

/** @param names of files below `folder` @throws the system's error */
export async function copyBackbone({ folder, names }: { folder: string; names: readonly string[] }, run: RunFolder): Promise<void> {
  const files = [];
  for (const name of names) {
    const copy = join(run.backbone, name);
    await makeFolder(dirname(copy));
    await copyFile(join(folder, name), copy);
    files.push(await hashFile(run.backbone, name));
  }
  await writeFileAtomically(`${run.backbone}.json`, sealJson({ files }));
}

/** Runs of earlier versions state nothing. @throws UserError when a file is not as it was copied. */
export async function requireBackboneCopy(run: RunFolder): Promise<void> {
  const path = `${run.backbone}.json`;
  try {
    const { files } = schema.parse(parseSealed(await readRegularText(path)));
    for (const { name, bytes, sha256 } of files) {
      const copy = join(run.backbone, name);
      const found = await hashFile(run.backbone, name);
      if (found.bytes !== bytes || found.sha256 !== sha256)
        throw new UserError(`${copy} is damaged: it is not the file that the run was begun with. Restore it, or start a new run.`);
    }
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT' && (error as NodeJS.ErrnoException).path === path) return;
    if (error instanceof SyntaxError || error instanceof z.ZodError) {
      const reason = error instanceof SyntaxError ? asSentence(messageOf(error)) : 'it does not list the files of a backbone.';
      throw new UserError(`${path} is damaged: ${reason} Restore it, or remove it to go without.`);
    }
    throw fileError('read', run.backbone, error);
  }
}
