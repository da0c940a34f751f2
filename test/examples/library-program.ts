/** A program that uses the library, with the types that its users see: `node library-program.js MODEL PHOTOGRAPH` writes JSON. */
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { ImageError, type ImageInput, loadModel, type Model, type ModelDescription, ModelError, type Pixels } from 'antonym';

const [path = '', photograph = ''] = process.argv.slice(2);
const model: Model = await loadModel(path);
const description: ModelDescription = model.description;

const content: Buffer = await readFile(photograph);
const images: readonly ImageInput[] = [photograph, pathToFileURL(photograph), content, new Uint8Array(content)];
const scores: number[] = await model.score(images);
const pixels: Pixels = { data: new Uint8ClampedArray(3 * 40 * 50), width: 40, height: 50 };
const black: number = await model.score(pixels);

const refused = await model.score({ ...pixels, width: 39 }).catch((error) => {
  if (!(error instanceof ImageError)) throw error;
  const image: ImageInput = error.image;
  return [error.message, typeof image];
});
// @ts-expect-error: a number is no image
const mistaken = await model.score(3).catch((error: Error) => error.name);
await model.close();
const closed = await model.score(pixels).catch((error) => error instanceof ModelError);

process.stdout.write(JSON.stringify({ minimumSide: description.size.minimumSide, scores, black, refused, mistaken, closed }));
