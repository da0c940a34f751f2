/**
 * Makes `toEqual` of typed arrays fast where they are equal: vitest compares element by element, ten microseconds each, which takes minutes
 * for the weights of a model. Arrays of different bytes are left to it, with its differences and its rules for 0 and -0.
 */
import { expect } from 'vitest';

function haveEqualBytes(a: unknown, b: unknown): true | undefined {
  if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b) || a.constructor !== b.constructor || a.byteLength !== b.byteLength)
    return undefined;
  const [first, second] = [a, b].map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength));
  return first!.equals(second!) || undefined;
}

expect.addEqualityTesters([haveEqualBytes]);
