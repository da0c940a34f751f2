/** `antonym train` in several processes that a launcher of MPI has started: process 0 is the command, the others train beside it. */

import { writeSync } from 'node:fs';
import { gather } from '../../peers/agree.js';
import { AgreedError } from '../../peers/agreed-error.js';
import { type JoinedPeers, joinPeers } from '../../peers/join-peers.js';
import type { Launch } from '../../peers/launcher.js';
import { ncclVariable } from '../../peers/nccl-library.js';
import type { Peers } from '../../peers/peers.js';
import { nameOfPeer } from '../../peers/roll-call.js';
import { describeEnvironment } from '../../support/environment.js';
import { messageOf, UserError } from '../../support/errors.js';
import type { GivenOptions } from '../../support/options/option-table.js';
import { printable } from '../../support/printable.js';
import { type RunInProgress, type TrainRequest, trainAndExport } from './train-and-export.js';
import { trainBeside } from './train-beside.js';

/**
 * Any process that fails ends all.
 * @param limit seconds that a process may be late
 * @returns the exit code
 */
export async function trainTogether(launch: Launch, limit: number, request: TrainRequest, options: GivenOptions): Promise<number> {
  let peers: JoinedPeers | undefined;
  const known: RunInProgress = { name: request.resume };
  const say = (reason: string): void => {
    const hint = known.name === undefined ? '' : ` All processes end; --resume ${known.name} continues from the last checkpoint.`;
    const own = peers ? nameOfPeer(peers.rank, peers.hosts) : `process ${launch.rank} of ${launch.size}`;
    writeSync(process.stderr.fd, `error: ${printable(`In ${own}: ${reason}${hint}`)}\n`);
  };
  try {
    peers = await joinPeers(launch, limit, say);
    await requireAlike(peers, request, options);
    const code = await (peers.rank === 0 ? trainAndExport(request, options, peers, known) : trainBeside(peers, request, known));
    await peers.close();
    return code;
  } catch (error) {
    if (error instanceof AgreedError) {
      await peers?.close();
      if ((peers?.rank ?? launch.rank) === 0) throw error;
      return 1;
    }
    if (peers === undefined || peers.hasLeft) throw error;
    const text = error instanceof UserError ? error.message : `Unexpected failure: ${messageOf(error)}.`;
    say(text);
    if (process.env.ANTONYM_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    return peers.abort();
  }
}

/** @throws AgreedError when processes were started with different options, or are of different versions. */
async function requireAlike(peers: Peers, request: TrainRequest, { flags, file }: GivenOptions): Promise<void> {
  const { antonym, commit, node, packages } = await describeEnvironment();
  const facts = { ...request, ...flags, ...file?.values, [ncclVariable]: peers.sumsOnCards, version: antonym, commit, node, ...packages };
  const all = (await gather(peers, JSON.stringify(facts))).map((text) => JSON.parse(text) as Readonly<Record<string, unknown>>);
  const [first] = all;
  for (const [rank, other] of all.entries()) {
    const keys = new Set([...Object.keys(first!), ...Object.keys(other)]);
    const key = [...keys].find((name) => JSON.stringify(first![name]) !== JSON.stringify(other[name]));
    if (key === undefined) continue;
    const [here, there] = [other, first!].map((one) => JSON.stringify(one[key]) ?? 'nothing');
    throw new AgreedError(
      `All processes need the same options and versions, but ${key} is ${here} in ${nameOfPeer(rank, peers.hosts)} and ${there} in process 0.`,
    );
  }
}
