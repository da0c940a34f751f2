/** The degradations of a model from features of its encoder: compositions of photographs that training never drew are made, measured, and regressed on. */
import type { ImageReference } from '../../datasets/image-reference.js';
import { kadid10k } from '../../degrade/kadid10k.js';
import { degradationsOfRow } from '../../heads/degradation-probe.js';
import { type PairRecord, type PairRequest, UnusableImageError } from '../../pairs/pair.js';
import { PairPool } from '../../pairs/pair-pool.js';
import { resultsAhead } from '../../support/results-ahead.js';
import { openMeasuredModel } from '../../train/engines/measured-model.js';
import type { Measurement } from '../measurement.js';
import { featuresModel } from './degradation-features.js';
import type { DegradationSample } from './degradation-samples.js';
import { type DegradationFit, fitDegradations } from './fit-degradations.js';

/** A fit, and crops by which the exported file is compared with it. */
export interface MeasuredDegradations extends DegradationFit {
  readonly proof: {
    /** uint8 [count, side, side, 3] */
    readonly pixels: Uint8Array;
    readonly count: number;
    /** Pixels. */
    readonly side: number;
    /** [count][groups] */
    readonly expected: readonly (readonly number[])[];
  };
}

const levels = 5;
/** Photographs and compositions of each: each composition gives 2 pristine crops and 2 of every level. Enough for regressions on a thousand features. */
const most = { photographs: 48, compositions: 4 } as const;
/** Held-out photographs that calibrate and measure alone; of fewer, those trained on take part, of which training drew other crops and distortions. */
const enoughHeldOut = 4;
/** Crops on which the exported file is compared. */
const proofCrops = 24;

/**
 * Takes about as long as measuring half of the held-out pairs.
 * @param onPair is told how many of the compositions were measured
 * @returns the reason in a sentence where there are no photographs, as with stored pairs, or too few of them
 */
export async function measureDegradations(
  { setup, tensors, device }: Measurement,
  onPair?: (done: number, total: number) => void,
): Promise<MeasuredDegradations | string> {
  const { split } = setup.data;
  if (split === undefined)
    return 'The file will not say what is wrong with an image (degradations): stored pairs come without their photographs.';
  const { crop, seed, workers } = setup.options;
  const photographs = [...split.heldOut, ...split.training].slice(0, most.photographs);
  const requests = photographs.flatMap((image) =>
    Array.from({ length: most.compositions }, (_, time) => requestOf(image, time, crop, seed)),
  );
  const pool = new PairPool({ workers });
  const model = await openMeasuredModel(featuresModel(setup.model, crop), crop, tensors, device);
  const samples: DegradationSample[] = [];
  const proof: { pixels: Uint8Array; features: Float32Array }[] = [];
  try {
    const size = crop * crop * 3;
    let number = 0;
    // made while ONNX Runtime works
    for await (const pair of resultsAhead(requests, 2 * pool.workers, (request) => pool.make(request).catch(unusable))) {
      number++;
      onPair?.(number, requests.length);
      if (pair === undefined) continue;
      const count = pair.pixels.length / size;
      const measured = await model.measure(pair.pixels, count);
      const width = measured.length / count;
      for (let index = 0; index < count; index++) {
        const features = measured.subarray(index * width, (index + 1) * width);
        samples.push({ image: pair.record.image, features, distortions: knownOf(pair.record, Math.floor(index / 2)) });
        if (index === number % count && proof.length < proofCrops)
          proof.push({ pixels: pair.pixels.slice(index * size, (index + 1) * size), features });
      }
    }
  } finally {
    await pool.close();
    await model.close();
  }
  const heldOut = new Set(split.heldOut.map(({ id }) => id));
  const fit = fitDegradations(samples, { judges: heldOut.size >= enoughHeldOut ? heldOut : undefined });
  if (fit === undefined)
    return 'The file will not say what is wrong with an image (degradations): there are too few photographs that can be used.';
  return {
    ...fit,
    proof: {
      pixels: new Uint8Array(Buffer.concat(proof.map(({ pixels }) => pixels))),
      count: proof.length,
      side: crop,
      expected: proof.map(({ features }) => degradationsOfRow(features, fit.probe)),
    },
  };
}

/** One to three distortions of KADID-10k's, whatever the model was trained on. Every other composition has one alone. */
function requestOf(image: ImageReference, time: number, crop: number, seed: number): PairRequest {
  const maxDistortions = time % 2 === 0 ? 1 : 3;
  return { image, levels, crop, maxDistortions, distortions: kadid10k, stream: [seed, 'degradations', image.id, time] };
}

function knownOf({ composition }: PairRecord, level: number): DegradationSample['distortions'] {
  if (level === 0) return [];
  return composition.distortions.map(({ name, parameters }) => ({ name, sign: parameters.sign ?? 1, strength: level / levels }));
}

function unusable(error: unknown): undefined {
  if (!(error instanceof UnusableImageError)) throw error;
  return undefined;
}
