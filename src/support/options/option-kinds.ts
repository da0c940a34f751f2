/** Kinds of option values: one statement of the bounds yields the check and its wording in help and errors. */
import { z } from 'zod';
import { arrayTask } from '../array-task.js';

export interface OptionKind<T> {
  /** Completes "must be": `a multiple of 32 from 32 to 1024`. */
  readonly expected: string;
  /** Bounds, short enough for a line of help: `2 to 20`. */
  readonly range?: string;
  /** Every value, where they are few. */
  readonly choices?: readonly string[];
  /** True for flags without a value. */
  readonly isSwitch?: true;
  /** True for flags that take several values, and may be given several times. */
  readonly isList?: true;
  /** True for values separated by commas, which several flags add to. */
  readonly joins?: true;
  readonly schema: z.ZodType<T>;
  /** Converts a text of the command line to a value, to be checked with `schema`. */
  fromText(text: string): unknown;
}

interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** Whole numbers within bounds, both included; without `max`, all that are exact. */
export function wholeNumber({
  min,
  max = Number.MAX_SAFE_INTEGER,
  multipleOf = 1,
}: Partial<Bounds> & {
  readonly min: number;
  readonly multipleOf?: number;
}): OptionKind<number> {
  const noun = multipleOf === 1 ? 'a whole number' : `a multiple of ${multipleOf}`;
  return {
    expected: max === Number.MAX_SAFE_INTEGER ? `${noun}, at least ${min}` : `${noun} from ${min} to ${max}`,
    ...(max !== Number.MAX_SAFE_INTEGER && { range: `${min} to ${max}` }),
    schema: z.int().min(min).max(max).multipleOf(multipleOf),
    fromText: numberFromText,
  };
}

/** Numbers within bounds, both included. */
export function number({ min, max }: Bounds): OptionKind<number> {
  return {
    expected: `a number from ${min} to ${max}`,
    range: `${min} to ${max}`,
    schema: z.number().min(min).max(max),
    fromText: numberFromText,
  };
}

/** Numbers within bounds, both included, or one word instead. */
export function numberOr<const Word extends string>(word: Word, bounds: Bounds): OptionKind<number | Word> {
  const { expected, range, schema, fromText } = number(bounds);
  return {
    expected: `${expected}, or ${word}`,
    ...(range && { range }),
    schema: z.union([schema, z.literal(word)]),
    fromText: (value) => (value === word ? word : fromText(value)),
  };
}

/** Any text but an empty one. */
export function text(expected: string): OptionKind<string> {
  return { expected, schema: z.string().min(1), fromText: (value) => value };
}

/** Several texts, each of them not empty. */
export function texts(expected: string): OptionKind<string[]> {
  return { expected, isList: true, schema: z.array(z.string().min(1)).min(1), fromText: (value) => value };
}

/** A flag without a value. */
export function switched(): OptionKind<boolean> {
  return { expected: 'true or false', isSwitch: true, schema: z.boolean(), fromText: () => true };
}

/** Names separated by commas. */
export function names(): OptionKind<string[]> {
  return {
    expected: 'names separated by commas',
    joins: true,
    schema: z.array(z.string().min(1)).min(1),
    fromText: (value) => value.split(',').map((name) => name.trim()),
  };
}

/** One of some names. */
export function oneOf<const Name extends string>(names: readonly Name[]): OptionKind<Name> {
  return { expected: `one of ${names.join(', ')}`, choices: names, schema: z.enum(names), fromText: (value) => value };
}

/** One of several parts: `2/4`, counted from 1, or `auto/4` in a task of an array of jobs: see `arrayTask`. */
export function part(): OptionKind<{ readonly number: number; readonly of: number }> {
  const whole = z.int().min(1).max(1e6);
  return {
    expected: 'the number of a part and how many there are, such as 2/4, or auto/4 in task 1 to 4 of an array of jobs',
    schema: z.strictObject({ number: whole, of: whole }).refine(({ number, of }) => number <= of),
    fromText: (value) => {
      const [, number, of] = /^(\d+|auto)\/(\d+)$/.exec(value) ?? [];
      return { number: number === 'auto' ? arrayTask() : Number(number), of: Number(of) };
    },
  };
}

/** Decimal notation, `2.5e-3` included; anything else stays text, which no schema of a number accepts. */
function numberFromText(value: string): unknown {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value.trim()) ? Number(value) : value;
}
