/** Samples that the head is fitted to: features of pristine and degraded crops, and the distance of each from its pristine one. */
import sharp from 'sharp';
import type { ImageReference } from '#antonym/datasets/image-reference.js';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { cropImage, type Image } from '#antonym/images/image.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { randomStream } from '#antonym/support/random.js';
import type { TensorData } from '#antonym/tensors/tensor-data.js';
import { captured } from './capture.js';
import { halvedImage } from './halved-image.js';
import { qualityFeatures } from './quality-features.js';
import { crops, seed } from './recipe.js';
import { distances, type Seen } from './teacher.js';

export interface Samples {
  readonly features: readonly Float32Array[];
  /** See `QualityFeatures`. */
  readonly networkFeatures: number;
  readonly sharpness: number;
  /** The teacher's values, per sample. */
  readonly distances: readonly (readonly number[])[];
}

/** @param onImage is told how many images are done */
export async function makeSamples(
  weights: ReadonlyMap<string, TensorData>,
  images: readonly ImageReference[],
  onImage: (done: number) => void,
): Promise<Samples> {
  const thread = new SessionThread();
  const samples = { features: [] as Float32Array[], distances: [] as number[][] };
  try {
    const { names, networkFeatures, sharpness } = await loadFeatures(thread, weights);
    const see = async (image: Image): Promise<Seen & { features: Float32Array }> => {
      const outputs = await thread.run('features', { pixels: pixelsOf(image) });
      return { image, features: outputs.features!.data as Float32Array, activations: names.map((name) => outputs[name]!) };
    };
    for (const [index, reference] of images.entries()) {
      for await (const [crop, name] of cropsOf(reference)) {
        const random = randomStream(seed, 'capture', reference.id, name);
        const pristine = await see(halvedImage(crop));
        const versions = [pristine];
        let next = captured(crop, random);
        for (let version = 1; version <= crops.versions; version++) {
          const image = await next;
          // while ONNX Runtime works on this one
          if (version < crops.versions) next = captured(crop, random);
          versions.push(await see(image));
        }
        for (const version of versions) {
          samples.features.push(version.features);
          samples.distances.push(distances(pristine, version));
        }
      }
      onImage(index + 1);
    }
    return { ...samples, networkFeatures, sharpness };
  } finally {
    await thread.close();
  }
}

/** @returns the names of the activations, and which features are what */
async function loadFeatures(
  thread: SessionThread,
  weights: ReadonlyMap<string, TensorData>,
): Promise<Pick<Samples, 'networkFeatures' | 'sharpness'> & { names: string[] }> {
  const graph = new Graph();
  const pixels = graph.input('pixels', 'float32', [1, 3, 'height', 'width']);
  const { features, activations, networkFeatures, sharpness } = qualityFeatures(graph, pixels, weights);
  graph.output('features', features);
  const names = activations.map((value, index) => {
    graph.output(`activations${index}`, value);
    return `activations${index}`;
  });
  await thread.load('features', encodeOnnx(graph));
  return { names, networkFeatures, sharpness };
}

/** Every crop of an image with a name. */
async function* cropsOf(reference: ImageReference): AsyncGenerator<[Image, string]> {
  if (reference.kind !== 'file') throw new Error(`${reference.id} is not a file`);
  const { width, height } = await sharp(reference.path).metadata();
  const own = Math.min(width, height);
  const isScene = reference.id.startsWith('scene-');
  for (const [side, count] of isScene ? ([[own, crops.perScene]] as const) : crops.perSide) {
    if (side > own) continue;
    const factor = side / own;
    const resized = sharp(reference.path).resize(Math.round(width * factor), Math.round(height * factor), { kernel: 'lanczos3' });
    const { data, info } = await resized.raw().toBuffer({ resolveWithObject: true });
    const image: Image = { width: info.width, height: info.height, data: new Uint8Array(data) };
    for (let index = 0; index < count; index++) {
      const name = `${side}-${index}`;
      const random = randomStream(seed, 'crop', reference.id, name);
      const [left, top] = [random.integer(image.width - crops.side + 1), random.integer(image.height - crops.side + 1)];
      yield [cropImage(image, left, top, crops.side, crops.side), name];
    }
  }
}

/** float32 [1, 3, height, width], 0..1 */
function pixelsOf({ width, height, data }: Image): TensorData {
  const plane = width * height;
  const values = new Float32Array(3 * plane);
  for (let pixel = 0; pixel < plane; pixel++)
    for (let channel = 0; channel < 3; channel++) values[channel * plane + pixel] = data[3 * pixel + channel]! / 255;
  return { dataType: 'float32', shape: [1, 3, height, width], data: values };
}
