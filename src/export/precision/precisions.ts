/** The precisions of a file, apart from what makes it: help and options need no more. */

export const precisions = ['fp32', 'fp16', 'int8'] as const;
export type Precision = (typeof precisions)[number];
/** Those that change scores. */
export type ReducedPrecision = Exclude<Precision, 'fp32'>;

/** The most images on which precisions are compared. 4560 pairs: a change of the order in 1 % of them is seen. */
export const mostCompared = 96;
