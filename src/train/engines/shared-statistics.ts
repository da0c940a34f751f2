/**
 * Running statistics of a step that several processes share. They are a chain over its batches, b' = (1 - s) b + s x, in which each process
 * has the links of its own batches only.
 */
import type { SessionThread } from '../../runtime/sessions/session-thread.js';
import type { NamedTensors } from '../../tensors/tensor-data.js';
import type { StepSharing } from './engine.js';

export interface SharedStatistics {
  /** Call before the first batch of a step. */
  begin(): Promise<void>;
  /** Call after the last: puts the whole chain in the place of the process's own. */
  end(): Promise<void>;
}

/**
 * Of K batches a process has those from `first` to `first + own - 1`, and b_r after them. The batches after it are K - first - own, so the
 * chain is, but for rounding,
 *   (1 - s)^K b_0 + sum over processes of (1 - s)^after (b_r - (1 - s)^own b_0).
 * @param names of the statistics in the state
 * @param share s
 */
export function sharedStatistics(
  thread: Pick<SessionThread, 'readState' | 'writeState'>,
  names: readonly string[],
  share: number,
  { peers, parts: { first, count, of } }: StepSharing,
): SharedStatistics {
  const [kept, after, whole] = [(1 - share) ** count, (1 - share) ** (of - first - count), (1 - share) ** of];
  let before: NamedTensors = {};
  const floats = (tensors: NamedTensors): Float32Array[] => names.map((name) => tensors[name]!.data as Float32Array);
  return {
    async begin() {
      if (names.length > 0) before = await thread.readState(names);
    },
    async end() {
      if (names.length === 0) return;
      const own = await thread.readState(names);
      const [starts, ends] = [floats(before), floats(own)];
      const links = starts.flatMap((start, index) => Array.from(start, (value, at) => after * (ends[index]![at]! - kept * value)));
      const total = await peers.total(links);
      let place = 0;
      for (const [index, start] of starts.entries()) {
        for (const [at, value] of start.entries()) ends[index]![at] = whole * value + total[place++]!;
      }
      await thread.writeState(own);
    },
  };
}
