/** Text features for backbones without a text encoder: antonym directions that a seed fixes. */

import { randomStream } from '../support/random.js';
import { floatTensor, type TensorData } from '../tensors/tensor-data.js';

/**
 * Pairs of opposite unit vectors in random directions, behind the same interface as encoded text.
 * @returns float32 [pairs, 2, size]: the positive prompt of each pair, then the negative one
 */
export function seededPrompts(seed: number, pairs: number, size: number): TensorData {
  const features = new Float32Array(pairs * 2 * size);
  for (let pair = 0; pair < pairs; pair++) {
    const random = randomStream(seed, 'prompts', pair);
    const direction = Float64Array.from({ length: size }, random.normal);
    const norm = Math.hypot(...direction);
    direction.forEach((value, index) => {
      features[pair * 2 * size + index] = value / norm;
      features[(pair * 2 + 1) * size + index] = -value / norm;
    });
  }
  return floatTensor([pairs, 2, size], features);
}
