/** The copy of an encoder in a run is the one that the run was begun with, or it is refused. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyBackbone, requireBackboneCopy } from '#antonym/runs/backbone-copy.js';
import type { RunFolder } from '#antonym/runs/run-directory.js';
import { UserError } from '#antonym/support/errors.js';
import { damages } from '../support/files/damages.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const folder = await temporaryFolder();
const run = { backbone: join(folder, 'run', 'backbone') } as RunFolder;

test('every damage to a file or to the list of hashes is refused, and a run of an earlier version is taken', async () => {
  await mkdir(join(folder, 'from', 'data'), { recursive: true });
  await writeFile(join(folder, 'from', 'model.onnx'), 'a graph');
  await writeFile(join(folder, 'from', 'data', 'weights'), 'values');
  await copyBackbone({ folder: join(folder, 'from'), names: ['model.onnx', 'data/weights'] }, run);
  await requireBackboneCopy(run);
  for (const path of [join(run.backbone, 'model.onnx'), join(run.backbone, 'data', 'weights'), `${run.backbone}.json`]) {
    const whole = await readFile(path);
    for (const damaged of damages(whole, 20)) {
      await writeFile(path, damaged);
      await expect(requireBackboneCopy(run)).rejects.toThrow(/is damaged: .* Restore it, or /);
    }
    await rm(path);
    if (path.endsWith('.json')) await requireBackboneCopy(run);
    else await expect(requireBackboneCopy(run)).rejects.toThrow(UserError);
    await writeFile(path, whole);
  }
  await requireBackboneCopy(run);
});
