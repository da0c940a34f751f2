/** Range: start, start + step, ... below a limit (inputs: start, limit, step), scalars of whole numbers. */
import { type Operator, stopsGradient } from '../operator.js';
import { requireRank, requireSameType } from '../shape-rules.js';
import type { Value } from '../value.js';

export const range: Operator = {
  half: 'never',
  inFiles: 'rewritten',
  inputs: [
    { name: 'start', gradient: stopsGradient },
    { name: 'limit', gradient: stopsGradient },
    { name: 'delta', gradient: stopsGradient },
  ],
  infer: (node) => {
    const scalars = node.inputs as readonly Value[];
    requireSameType(scalars);
    for (const scalar of scalars) requireRank(scalar, 0);
    const [[start], [limit], [step]] = scalars.map(({ elements }) => elements ?? []) as [unknown[], unknown[], unknown[]];
    if (start === 0 && step === 1 && typeof limit === 'string') return { dataType: 'int64', shape: [limit] };
    if (typeof start !== 'number' || typeof limit !== 'number' || typeof step !== 'number' || step === 0) {
      throw new Error('start, limit and step must be known while building the graph; only a limit after 0 and steps of 1 may be a size');
    }
    const elements = Array.from({ length: Math.max(0, Math.ceil((limit - start) / step)) }, (_, index) => start + index * step);
    return { dataType: 'int64', shape: [elements.length], elements };
  },
};
