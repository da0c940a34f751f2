/** An update of the state by several threads: what limits one is how fast it reads and writes memory. Tensors move to them and back, uncopied. */
import { type AdamWUpdate, planStep, takeStep, type UpdatedTensors } from './adamw.js';
import { RequestThread } from './request-thread.js';
import { moveAverage, sumOfSquares } from './state-arithmetic.js';
import { arrayNames, arraysOf, buffersOf, type UpdateReply, type UpdateRequest } from './update-messages.js';

/** More do not read and write faster. */
const mostThreads = 4;

/** Values of parameters from which on another thread is worth its memory: one takes some 15 ms for so many. */
const worthThreads = 2 ** 22;

/** The state of a training in the processor's memory. */
export interface FloatTable {
  /** The values themselves of a float32 tensor. */
  floats(name: string): Float32Array;
  /** Puts values that have moved back in the place of those that had moved away. */
  moveBack(name: string, values: Float32Array): void;
}

/** What one parameter's step reads and writes: names in the state, and the values under them. */
interface Entry {
  readonly names: Readonly<Partial<Record<(typeof arrayNames)[number], string>>>;
  readonly tensors: UpdatedTensors;
}

export class UpdateThreads {
  private readonly started: RequestThread<UpdateRequest, UpdateReply>[] = [];

  /**
   * @param threads including the one that this is called in
   * @param worth values of parameters from which on the others are started
   */
  constructor(
    private readonly threads: number,
    private readonly worth: number = worthThreads,
  ) {}

  /**
   * Clipping by global norm, AdamW and moving averages, in place; the result does not depend on the number of threads.
   * @returns the global norm of the gradient, before clipping; where it is not finite, nothing has changed
   */
  async update(update: AdamWUpdate, table: FloatTable): Promise<number> {
    const averageOf = new Map(update.averages.map(({ average, value }) => [value, average]));
    const entries = update.parameters.map((parameter) => entryOf(table, parameter, averageOf.get(parameter.parameter)));
    const helpers = this.helpersFor(entries);
    const { own, moved } = divide(entries, helpers.length);
    const taken = helpers.map(async (helper, index) => {
      const tensors = moved[index]!.map(({ tensors }) => tensors);
      const reply = await helper.ask({ kind: 'take', tensors }, buffersOf(tensors));
      return (reply as { readonly squares: readonly number[] }).squares;
    });
    const squares = new Map(own.map((entry) => [entry, sumOfSquares(entry.tensors.gradient)]));
    for (const [index, sums] of (await Promise.all(taken)).entries()) {
      for (const [place, entry] of moved[index]!.entries()) squares.set(entry, sums[place]!);
    }
    // in one order, whichever thread has a gradient
    const sum = entries.reduce((total, entry) => total + squares.get(entry)!, 0);
    const { norm, step } = planStep(update, sum);
    const stepped = helpers.map(async (helper) => {
      const reply = await helper.ask({ kind: 'step', step });
      return (reply as { readonly tensors: readonly UpdatedTensors[] }).tensors;
    });
    if (step) for (const { tensors } of own) takeStep(tensors, step);
    for (const [index, tensors] of (await Promise.all(stepped)).entries()) {
      for (const [place, { names }] of moved[index]!.entries()) {
        for (const array of arrayNames) if (names[array]) table.moveBack(names[array], tensors[place]![array]!);
      }
    }
    // of what is no parameter, such as running statistics
    const parameters = new Set(update.parameters.map(({ parameter }) => parameter));
    for (const { average, value } of update.averages) {
      if (step && !parameters.has(value)) moveAverage(table.floats(average), table.floats(value), update.averageShare);
    }
    return norm;
  }

  private helpersFor(entries: readonly Entry[]): readonly RequestThread<UpdateRequest, UpdateReply>[] {
    if (entries.reduce((values, entry) => values + sizeOf(entry), 0) < this.worth) return [];
    while (this.started.length < Math.min(this.threads, mostThreads) - 1) {
      this.started.push(new RequestThread(new URL('./update-worker.js', import.meta.url), 'a thread of updates'));
    }
    return this.started;
  }
}

function sizeOf({ tensors }: Entry): number {
  return tensors.parameter.length;
}

function entryOf(table: FloatTable, { decays, ...names }: AdamWUpdate['parameters'][number], average: string | undefined): Entry {
  const { parameter, first, second, gradient } = names;
  const tensors = {
    parameter: table.floats(parameter),
    first: table.floats(first),
    second: table.floats(second),
    gradient: table.floats(gradient),
    ...(average !== undefined && { average: table.floats(average) }),
    decays,
  };
  return { names: { ...names, ...(average !== undefined && { average }) }, tensors };
}

/** As many values for each thread, about. Memory in which there are other tensors cannot move. */
function divide(entries: readonly Entry[], helpers: number): { readonly own: readonly Entry[]; readonly moved: readonly Entry[][] } {
  const own: Entry[] = [];
  const moved: Entry[][] = Array.from({ length: helpers }, () => []);
  const parts = [own, ...moved].map((part) => ({ part, values: 0 }));
  for (const entry of entries.toSorted((a, b) => sizeOf(b) - sizeOf(a))) {
    const canMove = arraysOf(entry.tensors).every(({ buffer, byteLength }) => buffer.byteLength === byteLength);
    const place = canMove ? parts.reduce((least, part) => (part.values < least.values ? part : least)) : parts[0]!;
    place.part.push(entry);
    place.values += sizeOf(entry);
  }
  return { own, moved };
}
