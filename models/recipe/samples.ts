/** Samples that the head is fitted to: features of pristine and degraded crops, and the distance of each from its pristine one. */
import { createHash } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import type { Image } from '#antonym/images/image.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { randomStream } from '#antonym/support/random.js';
import type { TensorData } from '#antonym/tensors/tensor-data.js';
import { cropsOf } from './crops.js';
import { halvedImage } from './halved-image.js';
import { keptSamples } from './kept-samples.js';
import { qualityFeatures } from './quality-features.js';
import { type SetName, seed, sets, versions } from './recipe.js';
import { distances, type Seen } from './teacher.js';
import { versionsOf } from './versions.js';

export interface Sample {
  readonly set: SetName;
  /** See `QualityFeatures`. */
  readonly features: Float32Array;
  /** The teacher's values; 0 for a pristine crop. */
  readonly distances: readonly number[];
}

/**
 * @param folder of photographs; beside it, samples are kept
 * @param onImage is told how many images are done
 */
export async function makeSamples(
  weights: ReadonlyMap<string, TensorData>,
  folder: string,
  onImage: (done: number, total: number) => void,
): Promise<Sample[]> {
  // sums of one thread do not depend on the number of cores, and another thread degrades meanwhile
  const thread = new SessionThread({ threads: 1 });
  try {
    const { names, model } = featuresModel(weights);
    await thread.load('features', model);
    const see: See = async (image) => {
      const outputs = await thread.run('features', { pixels: pixelsOf(image) });
      return { image, features: outputs.features!.data as Float32Array, activations: names.map((name) => outputs[name]!) };
    };
    const kept = `${folder}-samples-${hashOf(model)}`;
    await mkdir(kept, { recursive: true });
    const files = (await readdir(folder)).sort();
    const samples: Sample[] = [];
    for (const [index, file] of files.entries()) {
      samples.push(...(await keptSamples(join(kept, `${file}.json`), () => samplesOf(folder, file, see))));
      onImage(index + 1, files.length);
    }
    return samples;
  } finally {
    await thread.close();
  }
}

type See = (image: Image) => Promise<Seen & { features: Float32Array }>;

async function samplesOf(folder: string, file: string, see: See): Promise<Sample[]> {
  const samples: Sample[] = [];
  for await (const { image: crop, name, set } of cropsOf(join(folder, file), file)) {
    const pristine = await see(halvedImage(crop));
    const keep = (version: Seen & { features: Float32Array }): void => {
      samples.push({ set, features: version.features, distances: distances(pristine, version) });
    };
    keep(pristine);
    const images = versionsOf(crop, randomStream(seed, 'capture', file, name));
    for (let { value, done } = images.next(); !done; ) {
      const image = (await value) as Image;
      // the next is degraded while ONNX Runtime works on this one
      ({ value, done } = images.next());
      keep(await see(image));
    }
  }
  return samples;
}

/** @returns the names of the activations, and the file */
function featuresModel(weights: ReadonlyMap<string, TensorData>): { readonly names: readonly string[]; readonly model: Uint8Array } {
  const graph = new Graph();
  const pixels = graph.input('pixels', 'float32', [1, 3, 'height', 'width']);
  const { features, activations } = qualityFeatures(graph, pixels, weights);
  graph.output('features', features);
  const names = activations.map((value, index) => {
    graph.output(`activations${index}`, value);
    return `activations${index}`;
  });
  return { names, model: encodeOnnx(graph) };
}

/** Samples that were kept are those of the same features and choices. */
function hashOf(model: Uint8Array): string {
  return createHash('sha256').update(model).update(JSON.stringify({ sets, versions, seed })).digest('hex').slice(0, 16);
}

/** float32 [1, 3, height, width], 0..1 */
function pixelsOf({ width, height, data }: Image): TensorData {
  const plane = width * height;
  const values = new Float32Array(3 * plane);
  for (let pixel = 0; pixel < plane; pixel++)
    for (let channel = 0; channel < 3; channel++) values[channel * plane + pixel] = data[3 * pixel + channel]! / 255;
  return { dataType: 'float32', shape: [1, 3, height, width], data: values };
}
