/** Held-out pairs that several processes share: each makes and measures its own, and all know the measurements. */
import { agree, gather } from '../peers/agree.js';
import { AgreedError } from '../peers/agreed-error.js';
import type { Peers } from '../peers/peers.js';
import { placeOf } from '../tensors/place.js';
import type { HeldOutPair } from './data/held-out.js';
import type { Engine } from './engines/engine.js';
import { measureHeldOut } from './evaluation.js';

/**
 * The pairs of all processes, in their order; those of others have no pixels.
 * @param own pairs of this process
 * @throws AgreedError when there are none.
 */
export async function gatherHeldOut(peers: Peers, own: readonly HeldOutPair[]): Promise<readonly HeldOutPair[]> {
  if (peers.size === 1) return own;
  const described = own.map(({ distortion, pair: { record }, index }) => ({ distortion, record, index: index! }));
  const lists = (await gather(peers, JSON.stringify(described))).map((text) => JSON.parse(text) as typeof described);
  const pairs = new Map<number, HeldOutPair>();
  for (const { distortion, record, index } of lists.flat()) {
    pairs.set(index, { distortion, pair: { record, pixels: new Uint8Array() }, index });
  }
  for (const pair of own) pairs.set(pair.index!, pair);
  if (pairs.size === 0) throw new AgreedError('None of the held-out images can be used.');
  return [...pairs].sort(([a], [b]) => a - b).map(([, pair]) => pair);
}

/**
 * As `measureHeldOut`; every process returns the same.
 * @param size numbers that the head measures of a crop
 * @param onPair told the number of pairs measured so far, and of all, of this process
 */
export async function measureTogether(
  peers: Peers,
  engine: Pick<Engine, 'measure'>,
  pairs: readonly HeldOutPair[],
  { crop, size }: { readonly crop: number; readonly size: number },
  onPair?: (done: number, total: number) => void,
): Promise<Float32Array[]> {
  if (peers.size === 1) return measureHeldOut(engine, pairs, crop, onPair);
  const own = pairs.filter(({ pair }) => pair.pixels.length > 0);
  const measured = await agree(peers, () => measureHeldOut(engine, own, crop, onPair));
  const lengths = pairs.map(({ pair: { record } }) => (record.levels + 1) * 2 * size);
  const all = new Float32Array(lengths.reduce((sum, length) => sum + length, 0));
  let place = 0;
  const places = lengths.map((length, index) => {
    const part = all.subarray(place, place + length);
    place += length;
    const at = own.indexOf(pairs[index]!);
    // elsewhere zeros, so that the sum is the measurement
    if (at >= 0) part.set(measured[at]!);
    return part;
  });
  await peers.sum([placeOf(all)]);
  return places;
}
