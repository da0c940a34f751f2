/** The filters of a convolution that computes the gradient of another one's input. */
import type { Value } from '../../graph/value.js';

/** The filters of which these are the exchanged and reversed ones that compute the gradient of a convolution's input. */
export function gradientFiltersOf({ producer }: Value): Value | undefined {
  if (producer?.operator !== 'Transpose' || String(producer.attributes.perm) !== '1,0,2,3') return undefined;
  const [turned] = producer.inputs as [Value];
  const [, , kh, kw] = turned.shape as number[];
  if (kh === 1 && kw === 1) return turned;
  const slice = turned.producer;
  if (slice?.operator !== 'Slice') return undefined;
  const [w, ...range] = slice.inputs;
  const isReversal = range.map((value) => value?.elements?.join()).join(' ') === `-1,-1 ${-kh! - 1},${-kw! - 1} 2,3 -1,-1`;
  return isReversal ? w! : undefined;
}
