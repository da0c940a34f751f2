/** A stand-in for several processes: engines of one process that sum as those of MPI do, in the order of their numbers. */
import koffi from 'koffi';
import { alone, type Peers } from '#antonym/peers/peers.js';
import type { Place } from '#antonym/tensors/place.js';

/** Waits until all have come, and does their work together. */
function meeting<Own, Result>(size: number, work: (all: readonly Own[]) => readonly Result[]): (rank: number, own: Own) => Promise<Result> {
  let here = new Map<number, { own: Own; resolve: (result: Result) => void }>();
  return (rank, own) =>
    new Promise((resolve) => {
      here.set(rank, { own, resolve });
      if (here.size < size) return;
      const all = [...here].sort(([a], [b]) => a - b).map(([, one]) => one);
      here = new Map();
      const results = work(all.map((one) => one.own));
      for (const [index, one] of all.entries()) one.resolve(results[index]!);
    });
}

function floatsAt({ address, length }: Place): Float32Array {
  return new Float32Array(koffi.view(address, 4 * length));
}

export function peersInProcess(size: number): readonly Peers[] {
  const sum = meeting<readonly Place[], void>(size, (all) => {
    for (const [index] of all[0]!.entries()) {
      const arrays = all.map((places) => floatsAt(places[index]!));
      const total = arrays.reduce((sums, array) => sums.map((value, at) => value + array[at]!));
      for (const array of arrays) array.set(total);
    }
    return all.map(() => undefined);
  });
  const total = meeting<readonly number[] | Float64Array, Float64Array>(size, (all) => {
    const sums = all.map((numbers) => Float64Array.from(numbers)).reduce((one, other) => one.map((value, at) => value + other[at]!));
    return all.map(() => sums.slice());
  });
  const share = meeting<{ readonly bytes: Uint8Array | undefined; readonly from: number }, Uint8Array>(size, (all) => {
    const shared = all[all[0]!.from]!.bytes!;
    return all.map(() => shared.slice());
  });
  return Array.from({ length: size }, (_, rank) => ({
    ...alone,
    rank,
    size,
    sum: (places) => sum(rank, places),
    total: (numbers) => total(rank, numbers),
    share: (bytes, from = 0) => share(rank, { bytes, from }),
  }));
}
