/** Work that may fail in one process and must then fail in all, with one message. */
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../support/errors.js';
import { AgreedError } from './agreed-error.js';
import type { Peers } from './peers.js';
import { nameOfPeer } from './roll-call.js';

/** Seconds after which a process that still works says so: long work is not mistaken for a process that has stopped. */
const longestSilence = 10;

/**
 * Does work in every process, in each its own, and waits for all.
 * @throws AgreedError in all when it fails in one; alone, what the work throws.
 */
export async function agree<Result>(peers: Peers, work: () => Promise<Result>): Promise<Result> {
  if (peers.size === 1) return work();
  let end: { readonly result: Result } | { readonly error: unknown } | undefined;
  const working = work().then(
    (result) => {
      end = { result };
    },
    (error: unknown) => {
      end = { error };
    },
  );
  for (;;) {
    await Promise.race([working, sleep(Math.min(longestSilence, peers.limit / 4) * 1000, undefined, { ref: false })]);
    const [busy, failed] = await peers.total([end === undefined ? 1 : 0, end && 'error' in end ? 1 : 0]);
    if (failed! > 0) throw await firstFailure(peers, end && 'error' in end ? end.error : undefined);
    if (busy === 0) return (end as { readonly result: Result }).result;
  }
}

/** Work that has not ended when another's fails is left to itself: the program ends. */
async function firstFailure(peers: Peers, own: unknown): Promise<AgreedError> {
  const messages = await gather(peers, own === undefined ? '' : messageOf(own));
  const failed = messages.flatMap((message, rank) => (message === '' ? [] : [{ message, rank }]));
  const [first] = failed;
  const isEverywhere = failed.length === peers.size && failed.every(({ message }) => message === first!.message);
  const { message, rank } = first!;
  return new AgreedError(rank === 0 || isEverywhere ? message : `In ${nameOfPeer(rank, peers.hosts)}: ${message}`, { cause: own });
}

/** The texts of all processes, by number. */
export async function gather(peers: Peers, text: string): Promise<string[]> {
  const texts: string[] = [];
  for (let rank = 0; rank < peers.size; rank++) texts.push(await shareText(peers, rank === peers.rank ? text : undefined, rank));
  return texts;
}

/** @param text of the process that shares it; others give none */
export async function shareText(peers: Peers, text: string | undefined, from = 0): Promise<string> {
  const bytes = await peers.share(text === undefined ? undefined : Buffer.from(text), from);
  return Buffer.from(bytes).toString('utf8');
}
