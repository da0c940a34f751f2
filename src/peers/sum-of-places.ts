/** Sums over all processes of tensors that lie in another thread's memory, in place. */
import { koffi } from '../support/koffi.js';
import { type Place, placeOf } from '../tensors/place.js';
import type { Mpi } from './mpi-library.js';

/** Values of a call. Measured with 38.2 million in one call: six times as long, since MPI maps memory as large anew each time. */
const mostValues = 2 ** 20;

/** Smaller tensors go together, at the price of two copies; a larger one is summed where it lies. */
const smallValues = 2 ** 16;

export class SumOfPlaces {
  private readonly buffer = new Float32Array(mostValues);
  private readonly copy: (to: bigint, from: bigint, bytes: number) => void;

  constructor(private readonly mpi: Mpi) {
    this.copy = koffi.load(null).func('memcpy', 'void *', ['void *', 'void *', 'size_t']) as never;
  }

  /** @param places of the same lengths in every process; nobody else uses them until it returns */
  sum(places: readonly Place[]): void {
    let together: Place[] = [];
    let values = 0;
    const flush = (): void => {
      if (values > 0) this.sumTogether(together, values);
      together = [];
      values = 0;
    };
    for (const place of places) {
      if (place.length > smallValues) {
        this.sumInPlace(place);
        continue;
      }
      if (values + place.length > mostValues) flush();
      together.push(place);
      values += place.length;
    }
    flush();
  }

  private sumInPlace({ address, length }: Place): void {
    for (let start = 0; start < length; start += mostValues) {
      this.mpi.sumFloats(address + 4n * BigInt(start), Math.min(mostValues, length - start));
    }
  }

  private sumTogether(places: readonly Place[], values: number): void {
    const start = placeOf(this.buffer).address;
    let end = start;
    for (const { address, length } of places) {
      this.copy(end, address, 4 * length);
      end += 4n * BigInt(length);
    }
    this.mpi.sumFloats(start, values);
    end = start;
    for (const { address, length } of places) {
      this.copy(address, end, 4 * length);
      end += 4n * BigInt(length);
    }
  }
}
