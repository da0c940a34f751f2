/**
 * The state as it was before the step under way, which the thread that computes it cannot be asked for. In the processor's memory it is read
 * where it lies; elsewhere it is copied before the step.
 */
import type { SessionThread } from '../../runtime/sessions/session-thread.js';
import { floatsAt, type Place } from '../../tensors/place.js';
import { floatTensor, type NamedTensors } from '../../tensors/tensor-data.js';

export interface KeptState {
  /** True when `keep` copies all of it, which takes time and memory: worth it before a step that takes much longer. */
  readonly isCopy: boolean;
  /** Call before a step. */
  keep(): Promise<void>;
  /**
   * The result of `readState` when it was kept. What is not copied an update changes: it is to be used before it.
   * Undefined when it was never kept.
   */
  read(): NamedTensors | undefined;
  /** Call after an update: the memory of copies is free then. */
  forget(): void;
}

/**
 * @param thread whose state lies in the processor's memory
 * @param shapes of all float32 tensors of the state
 * @param changing names of those that a step changes before its update, such as running statistics: these are copied
 */
export function stateInPlace(
  thread: Pick<SessionThread, 'places' | 'readState'>,
  shapes: ReadonlyMap<string, readonly number[]>,
  changing: ReadonlySet<string>,
): KeptState {
  const lasting = [...shapes.keys()].filter((name) => !changing.has(name));
  let places: readonly Place[] | undefined;
  let copies: NamedTensors = {};
  return {
    isCopy: false,
    async keep() {
      copies = await thread.readState([...changing]);
      places = await thread.places(lasting);
    },
    read() {
      if (places === undefined) return undefined;
      const seen = lasting.map((name, index) => [name, floatTensor(shapes.get(name)!, floatsAt(places![index]!))] as const);
      return { ...Object.fromEntries(seen), ...copies };
    },
    forget() {
      places = undefined;
      copies = {};
    },
  };
}

/** @param readState a copy of the state, from wherever it lies */
export function copiedState(readState: () => Promise<NamedTensors>): KeptState {
  let copy: NamedTensors | undefined;
  return {
    isCopy: true,
    async keep() {
      copy = await readState();
    },
    read: () => copy,
    forget() {
      copy = undefined;
    },
  };
}
