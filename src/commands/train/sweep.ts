/** `--sweep-lr FROM,TO,N`: the learning rates that are compared. */
import { z } from 'zod';
import type { OptionKind } from '../../support/options/option-kinds.js';

export interface Sweep {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

const rate = z.number().min(1e-12).max(1);
const shape = z.strictObject({ from: rate, to: rate, count: z.int().min(2).max(32) }).refine(({ from, to }) => from < to);

/** The kind of `--sweep-lr`. */
export const sweepKind: OptionKind<Sweep> = {
  expected: 'the lowest rate, the highest and how many, such as 1e-7,1e-5,5',
  schema: shape,
  fromText(text) {
    const [from, to, count, ...rest] = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
    return rest.length > 0 ? text : { from, to, count };
  },
};

/** A geometric grid, to two digits. */
export function ratesOf({ from, to, count }: Sweep): number[] {
  return Array.from({ length: count }, (_, index) => Number((from * (to / from) ** (index / (count - 1))).toPrecision(2)));
}
