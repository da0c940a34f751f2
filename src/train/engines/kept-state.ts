/** The state as it was before the step under way, which the thread that computes it cannot be asked for: it is read where it lies. */
import type { SessionThread } from '../../runtime/sessions/session-thread.js';
import { floatsAt, type Place } from '../../tensors/place.js';
import { floatTensor, type NamedTensors } from '../../tensors/tensor-data.js';

export interface KeptState {
  /** Call before a step. */
  keep(): Promise<void>;
  /**
   * The result of `readState` when it was kept. Most tensors are not copied: only an update changes them, so they are to be used before it.
   * Undefined when it was never kept.
   */
  read(): NamedTensors | undefined;
}

/**
 * @param thread whose state lies in the processor's memory
 * @param shapes of all float32 tensors of the state
 * @param changing names of those that a step changes before its update, such as running statistics: these are copied
 */
export function keptState(
  thread: Pick<SessionThread, 'places' | 'readState'>,
  shapes: ReadonlyMap<string, readonly number[]>,
  changing: ReadonlySet<string>,
): KeptState {
  const lasting = [...shapes.keys()].filter((name) => !changing.has(name));
  let places: readonly Place[] | undefined;
  let copies: NamedTensors = {};
  return {
    async keep() {
      copies = await thread.readState([...changing]);
      places = await thread.places(lasting);
    },
    read() {
      if (places === undefined) return undefined;
      const seen = lasting.map((name, index) => [name, floatTensor(shapes.get(name)!, floatsAt(places![index]!))] as const);
      return { ...Object.fromEntries(seen), ...copies };
    },
  };
}
