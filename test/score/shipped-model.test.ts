/** The model that comes with the package, as it lies there. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { renderProcedural } from '#antonym/datasets/procedural.js';
import { distortions } from '#antonym/degrade/distortions/table.js';
import { shippedModel } from '#antonym/export/shipped-model.js';
import { modelMessage } from '#antonym/graph/onnx-messages.js';
import { loadModel } from '#antonym/index.js';
import { hashFiles } from '#antonym/support/files/hash-files.js';
import { decodeMessage } from '#antonym/support/protobuf/message-table.js';
import { rendered } from '../pairs/folder-of-photographs.js';

type HashOf = { readonly name: string; readonly sha256: string };

describe('the model that ships', () => {
  test('is small', async () => {
    const files = await hashFiles(dirname((await shippedModel())!.path));
    expect(files.map(({ name }) => name)).toEqual(['MODEL_CARD.md', 'model.json', 'model.onnx', 'parity.json']);
    expect(files.reduce((total, { bytes }) => total + bytes, 0)).toBeLessThan(12e6);
  });

  test('is a file as exports are today: for TensorRT, with a version and a description, and known by its hash', async () => {
    const { path } = (await shippedModel())!;
    const folder = dirname(path);
    const { graph, modelVersion, docString } = decodeMessage(modelMessage, await readFile(path));
    expect(graph!.node!.slice(0, 2).map(({ opType }) => opType)).toEqual(['Cast', 'Transpose']);
    expect([modelVersion, docString]).toEqual([1, expect.stringMatching(/^Quality of a picture without a reference\. Input image: uint8/)]);
    const [card, ...parts] = (await hashFiles(folder)).map(({ name, sha256 }) => ({ name, sha256 }));
    const [description, model, parity] = parts as [HashOf, HashOf, HashOf];
    const json = async ({ name }: HashOf) => JSON.parse(await readFile(join(folder, name), 'utf8'));
    expect((await json(description)).files).toEqual([expect.objectContaining(model)]);
    expect((await json(parity)).model).toBe(model.sha256);
    const text = await readFile(join(folder, card!.name), 'utf8');
    for (const { name, sha256 } of parts) expect(text).toMatch(new RegExp(`^\\| ${name} \\|.*${sha256}`, 'm'));
  });

  test('scores what cameras and files do to photographs below the photographs, and worse the more they do', async () => {
    const model = await loadModel();
    try {
      // scenes that it was not fitted to
      for (const index of [101, 102, 103]) {
        const image = renderProcedural(rendered(index, 448, 320));
        const pristine = await model.score(image);
        for (const name of ['gaussian-blur', 'motion-blur', 'jpeg', 'nonlinear-contrast-change'] as const) {
          const { severities, apply } = distortions[name];
          const parameters = { orientation: 0.6 };
          const [mild, strong] = [severities[2]!, severities[4]!];
          const scores = [pristine];
          for (const strength of [mild, strong]) scores.push(await model.score(await apply(image, strength, parameters)));
          expect(scores, `${name} of scene ${index}`).toEqual([...scores].sort((a, b) => b - a));
        }
      }
    } finally {
      await model.close();
    }
  });

  test('gives the largest value to the group of a distortion', async () => {
    const model = await loadModel();
    try {
      const image = renderProcedural({ ...rendered(102, 448, 320), seed: 1 });
      for (const [name, group] of [
        ['gaussian-blur', 'blur'],
        ['white-noise', 'noise'],
        ['jpeg', 'compression'],
        ['pixelate', 'spatial'],
      ] as const) {
        const { severities, apply } = distortions[name];
        const { degradations } = await model.assess(await apply(image, severities[4]!, { seed: 1 }));
        const [largest] = Object.entries(degradations).sort(([, a], [, b]) => b - a);
        expect(largest![0], name).toBe(group);
      }
    } finally {
      await model.close();
    }
  });
});
