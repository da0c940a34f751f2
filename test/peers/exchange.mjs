/** The program of each process of the tests of MPI: without a word it prints a line of JSON; with one it ends, or is ended, in another way. */
import { agree, gather } from '#antonym/peers/agree.js';
import { joinPeers } from '#antonym/peers/join-peers.js';
import { launchOf } from '#antonym/peers/launcher.js';
import { placeOf } from '#antonym/tensors/place.js';

const [, , end] = process.argv;

/**
 * The number of values of tensors in WebAssembly memory that are not their sums over all processes.
 * @param card whose memory it is taken for
 */
async function wrongSums(peers, card) {
  const { rank, size } = peers;
  const memory = new WebAssembly.Memory({ initial: 100 });
  // small ones that go together, one of several calls, and one of one
  const places = [
    [64, 3],
    [1024, 2 ** 16],
    [600_000, 1_100_000],
    [5_600_000, 70_001],
    [128, 5],
  ];
  const arrays = places.map(([offset, length]) => new Float32Array(memory.buffer, offset, length));
  for (const [index, array] of arrays.entries()) for (let at = 0; at < array.length; at++) array[at] = (at % 1009) + rank + index;
  await peers.sum(arrays.map(placeOf), card);
  let wrong = 0;
  for (const [index, array] of arrays.entries()) {
    for (let at = 0; at < array.length; at++) if (array[at] !== size * ((at % 1009) + index) + (size * (size - 1)) / 2) wrong++;
  }
  return wrong;
}

/** V8 finds accesses outside of memory by a signal that libraries of MPI want, too. */
function isTrapped() {
  const start = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 5, 3, 1, 0, 1, 7, 5, 1, 1, 102, 0, 0, 10, 12, 1, 10];
  const load = [0, 65, 128, 128, 128, 8, 40, 2, 0, 11];
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from([...start, ...load])));
  try {
    exports.f();
    return false;
  } catch (error) {
    return error instanceof WebAssembly.RuntimeError;
  }
}

async function factsOf(peers) {
  const { rank, size, library, localRank, cores } = peers;
  const last = size - 1;
  // more than one message
  const bytes = await peers.share(rank === last ? new Uint8Array(70_000_001).fill(7) : undefined, last);
  return {
    rank,
    size,
    library,
    isLocal: localRank === rank,
    cores,
    wrong: await wrongSums(peers),
    ...(peers.sumsOnCards && { wrongOnCards: await wrongSums(peers, peers.localRank) }),
    trapped: isTrapped(),
    total: [...(await peers.total([1, rank, 0.5]))],
    texts: await gather(peers, rank === 0 ? '' : `process ${rank}`),
    bytes: [bytes.length, bytes.at(0), bytes.at(-1)],
    agreed: await agree(peers, async () => 10 * rank),
    failure: await agree(peers, async () => {
      if (rank === last) throw new Error('no disk');
    }).catch(({ name, message }) => `${name}: ${message}`),
  };
}

try {
  const peers = await joinPeers(launchOf(), end === undefined ? 60 : 2, (reason) => process.stderr.write(`${reason}\n`));
  if (end === undefined) process.stdout.write(`${JSON.stringify(await factsOf(peers))}\n`);
  if (end === 'abort' && peers.rank === 1) await peers.abort();
  if (end === 'cut') process.stdout.write(`${JSON.stringify({ rank: peers.rank, hosts: peers.hosts, wrong: await wrongSums(peers) })}\n`);
  if (end === 'stop' && peers.rank === 1) process.kill(process.pid, 'SIGSTOP');
  try {
    // until the network is cut
    do await peers.total([1]);
    while (end === 'cut');
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    await peers.abort();
  }
  await peers.close();
} catch (error) {
  process.stderr.write(`${error.name}: ${error.message}\n`);
  process.exitCode = 1;
}
