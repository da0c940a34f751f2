/** The facts that every runtime has to agree on: a model, photographs as files, and the scores that the library gives them in Node.js. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { renderProcedural } from '#antonym/datasets/procedural.js';
import { loadModel } from '#antonym/index.js';
import { randomDegradations, writeRandomModel } from '../commands/random-model.js';
import { rendered } from '../pairs/folder-of-photographs.js';

export interface ScoredPhotographs {
  /** The folder of model.onnx and model.json. */
  readonly model: string;
  /** Paths of PNG files: every decoder makes the same pixels of them. One is of more than the model scores at once. */
  readonly photographs: readonly string[];
  /** Scores of the photographs, in their order. */
  readonly scores: readonly number[];
  /** Words for what is wrong with them. */
  readonly whys: readonly string[];
}

const sizes = [
  [160, 120],
  [97, 133],
  [301, 225],
] as const;

/** Writes the model and the photographs into two new folders of a folder. */
export async function scoredPhotographs(folder: string): Promise<ScoredPhotographs> {
  const model = join(folder, 'model');
  await writeRandomModel(model, { largeImages: { policy: 'tiles', maximumPixels: 25_000 }, degradations: randomDegradations });
  await mkdir(join(folder, 'photographs'));
  const photographs = await Promise.all(
    sizes.map(async ([width, height], index) => {
      const path = join(folder, 'photographs', `scene-${index}.png`);
      const { data } = renderProcedural(rendered(index, width, height));
      await sharp(data, { raw: { width, height, channels: 3 } })
        .png()
        .toFile(path);
      return path;
    }),
  );
  const loaded = await loadModel(model);
  const [scores, whys]: [number[], string[]] = [[], []];
  for (const photograph of photographs) {
    const { score, why } = await loaded.assess(photograph);
    scores.push(score);
    whys.push(why);
  }
  await loaded.close();
  return { model, photographs, scores, whys };
}
