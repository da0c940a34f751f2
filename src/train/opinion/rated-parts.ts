/** The parts of an update with opinions, which see each other: a correlation of a few images says little, and depends on how they are divided. */
import type { OwnParts, Peers } from '../../peers/peers.js';
import type { Engine } from '../engines/engine.js';
import type { RatedPart } from '../graphs/opinion-graph.js';
import type { OpinionBatch } from './opinion-batches.js';

/** A batch, and what it sees of its update. */
export interface RatedBatch {
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly rated: RatedPart;
}

/**
 * The batches of this process, predicted, with the predictions and opinions of all processes.
 * @param take gives the next batch of this process
 */
export async function ratedParts(
  peers: Peers,
  engine: Pick<Engine, 'predict'>,
  parts: OwnParts,
  take: () => Promise<Pick<OpinionBatch, 'pixels' | 'opinions'>>,
): Promise<readonly RatedBatch[]> {
  const batches: Awaited<ReturnType<typeof take>>[] = [];
  for (let part = 0; part < parts.count; part++) batches.push(await take());
  if (parts.of === 1) return batches.map(({ pixels, opinions }) => ({ pixels, rated: { opinions } }));
  const count = batches[0]!.opinions.length;
  const whole = parts.of * count;
  const placeOf = (part: number): number => (parts.first + part) * count;
  // elsewhere zeros, so that the sum over processes has those of all
  const numbers = new Float64Array(2 * whole);
  for (const [part, { pixels, opinions }] of batches.entries()) {
    numbers.set(await engine.predict!(pixels), placeOf(part));
    numbers.set(opinions, whole + placeOf(part));
  }
  const all = Float32Array.from(await peers.total(numbers));
  const [predicted, opinions] = [all.slice(0, whole), all.slice(whole)];
  return batches.map(({ pixels }, part) => ({ pixels, rated: { opinions, predicted, first: placeOf(part) } }));
}
