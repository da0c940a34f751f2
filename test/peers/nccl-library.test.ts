/** NCCL's interface as a stand-in has it, with one rank: no card has run it. `mpi.test.ts` has several. */
import { expect, test } from 'vitest';
import { ncclIn, openNccl } from '#antonym/peers/nccl-library.js';
import { placeOf } from '#antonym/tensors/place.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { compiler, ncclStandIn, unlessCompiler } from './nccl-stand-in.js';

const folder = await temporaryFolder();
const alone = { card: 2, rank: 0, size: 1, share: (bytes?: Uint8Array) => bytes! };

test('it is asked for by a variable', () => {
  expect([{}, { ANTONYM_NCCL: '' }, { ANTONYM_NCCL: '0' }].map(ncclIn)).toEqual([undefined, undefined, undefined]);
  expect(ncclIn({ ANTONYM_NCCL: '1' })).toBe('libnccl.so.2');
  expect(ncclIn({ ANTONYM_NCCL: '/opt/libnccl.so' })).toBe('/opt/libnccl.so');
});

test('a library that is not there is refused with advice', () => {
  expect(() => openNccl({ ...alone, library: '/nowhere/libnccl.so.2' })).toThrow(
    /^ANTONYM_NCCL asks for NCCL, which cannot be loaded \(\/nowhere\/libnccl\.so\.2: .*\)\. Install it with CUDA's runtime, /,
  );
});

test.skipIf(!compiler)(`one rank sums with itself; what NCCL and CUDA refuse is said${unlessCompiler}`, () => {
  const library = ncclStandIn(folder)!;
  expect(() => openNccl({ ...alone, library, card: 99 })).toThrow('cudaSetDevice failed: invalid device ordinal');
  const nccl = openNccl({ ...alone, library });
  const values = Float32Array.from({ length: 100_000 }, (_, index) => index / 7);
  const expected = values.slice();
  nccl.sum([placeOf(values)]);
  expect(values).toEqual(expected);
  expect(() => nccl.sum([{ address: 0n, length: 1 }])).toThrow('ncclAllReduce failed: invalid argument');
  nccl.close();
});
