/** `bench score --photographs N`: the command and the library on the same photographs, each in a process of its own, in turn. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { renderProcedural } from '#antonym/datasets/procedural.js';
import { median, rounded } from './measure.js';

/** Different scenes; the others are copies. */
const scenes = 20;
/** Runs of each. */
const rounds = 3;

/** Seconds of the whole process, start and loading of the model included. */
export async function measureLists(photographs: number, width: number, height: number): Promise<Record<string, number>> {
  const folder = await mkdtemp(join(tmpdir(), 'antonym-bench-'));
  try {
    for (let index = 0; index < photographs; index++) {
      const scene = index % scenes;
      const { data } = renderProcedural({ kind: 'procedural', id: `procedural-1-${scene}`, seed: 1, index: scene, width, height });
      const jpeg = sharp(data, { raw: { width, height, channels: 3 } }).jpeg({ quality: 90 });
      await writeFile(join(folder, `${index}.jpg`), await jpeg.toBuffer());
    }
    const program = `
      import { readdirSync } from 'node:fs';
      import { loadModel } from ${JSON.stringify(import.meta.resolve('#antonym/index.js'))};
      const model = await loadModel();
      await model.score(readdirSync(${JSON.stringify(folder)}).map((name) => ${JSON.stringify(`${folder}/`)} + name));
      await model.close();`;
    const command = [fileURLToPath(import.meta.resolve('#antonym/cli.js')), 'score', '--json', '--quiet', folder];
    const [byCommand, byLibrary]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      byCommand.push(await secondsOf(command));
      byLibrary.push(await secondsOf(['--input-type=module', '-e', program]));
    }
    const [commandSeconds, librarySeconds] = [median(byCommand), median(byLibrary)];
    return {
      photographs,
      commandSeconds: rounded(commandSeconds),
      librarySeconds: rounded(librarySeconds),
      libraryToCommand: rounded(librarySeconds / commandSeconds),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function secondsOf(args: readonly string[]): Promise<number> {
  const started = performance.now();
  const [code] = await once(spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] }), 'close');
  if (code !== 0) throw new Error(`the process ended with code ${code}`);
  return (performance.now() - started) / 1000;
}
