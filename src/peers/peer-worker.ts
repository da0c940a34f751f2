/** The thread that makes all calls of MPI: they block, and must not hold up the one that draws progress and answers signals. */
import { hostname } from 'node:os';
import { answerRequests, dataOfThread } from '../support/threads/answer-requests.js';
import { initializeMpi, type Mpi } from './mpi-library.js';
import { type Nccl, ncclIn, ncclVariable, openNccl } from './nccl-library.js';
import type { Joined, PeerReply, PeerRequest, PeerWorkerData } from './peer-messages.js';
import { meet } from './roll-call.js';
import { SumOfPlaces } from './sum-of-places.js';

const { signal, limit } = dataOfThread<PeerWorkerData>();
/** Present where NCCL sums in the memory of cards. */
let cards: Nccl | undefined;
let joined: { readonly mpi: Mpi; readonly hosts: readonly string[]; readonly sums: SumOfPlaces } | undefined;

answerRequests<PeerRequest, PeerReply>(answer, (reply) =>
  reply instanceof Float64Array || reply instanceof Uint8Array ? [reply.buffer as ArrayBuffer] : [],
);

async function answer(request: PeerRequest): Promise<PeerReply> {
  switch (request.kind) {
    case 'join':
      return join(request);
    case 'sum':
      return sum(request);
    case 'total':
      return total(request.numbers);
    case 'share':
      return share(request.bytes, request.from);
    case 'leave':
      together();
      cards?.close();
      together().finalize();
      return undefined;
    case 'abort':
      joined?.mpi.abort();
      return undefined;
  }
}

function join({ family }: PeerRequest & { kind: 'join' }): Joined {
  const mpi = initializeMpi(family);
  joined = { mpi, hosts: [], sums: new SumOfPlaces(mpi) };
  const names = Array.from({ length: mpi.size }, (_, from) => share(from === mpi.rank ? Buffer.from(hostname()) : undefined, from));
  const hosts = names.map((bytes) => Buffer.from(bytes).toString('utf8'));
  joined = { ...joined, hosts };
  return { rank: mpi.rank, hosts, library: mpi.version };
}

/** MPI, when all processes have come to the same request. */
function together(): Mpi {
  if (!joined) throw new Error('MPI has not been joined');
  meet({ ...joined, limit, signal });
  return joined.mpi;
}

function sum({ places, card }: PeerRequest & { kind: 'sum' }): undefined {
  together();
  if (card === undefined) joined!.sums.sum(places);
  else onCard(card).sum(places);
}

/** Opened for the first sum there, by all processes. */
function onCard(card: number): Nccl {
  const { rank, size } = joined!.mpi;
  const library = ncclIn(process.env);
  if (library === undefined) throw new Error(`${ncclVariable} is not set`);
  cards ??= openNccl({ library, card, rank, size, share: (bytes) => share(bytes, 0) });
  return cards;
}

function total(numbers: Float64Array): Float64Array {
  together().sumDoubles(numbers);
  return numbers;
}

/** Bytes of a message of MPI: its counts are 32-bit numbers, and parts of this size take no more time. */
const mostBytes = 2 ** 26;

function share(bytes: Uint8Array | undefined, from: number): Uint8Array {
  const mpi = together();
  const length = Float64Array.of(bytes?.length ?? 0);
  mpi.broadcast(new Uint8Array(length.buffer), from);
  const shared = bytes ?? new Uint8Array(length[0]!);
  for (let start = 0; start < shared.length; start += mostBytes) mpi.broadcast(shared.subarray(start, start + mostBytes), from);
  return shared.byteLength === shared.buffer.byteLength ? shared : shared.slice();
}
