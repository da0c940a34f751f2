/**
 * Training by changes of low rank (LoRA: Hu et al. 2021, arXiv 2106.09685): W + alpha / rank B A takes the place of an attention's matrices of
 * queries and keys. W stays, A and B are trained; an exported model holds the sum.
 */
import type { Backbone } from '../backbones/backbone.js';
import { type ParameterChange, type ParameterSpec, Parameters } from '../backbones/parameters.js';
import { Graph } from '../graph/graph.js';
import { UserError } from '../support/errors.js';
import { floatTensor, type NamedTensors, type TensorData } from '../tensors/tensor-data.js';
import { lowRankPrefix } from './graphs/state.js';

export interface LowRankOptions {
  readonly rank: number;
  /** The change is B A times this over the rank. */
  readonly alpha: number;
}

const sides = ['query', 'key'] as const;
type Side = (typeof sides)[number];

/** The matrices that lie in a tensor one below the other, by its name; undefined for tensors that stay as they are. */
function sidesOf({
  name,
  shape,
}: Pick<ParameterSpec, 'name' | 'shape'>): { readonly sides: readonly Side[]; readonly rows: number } | undefined {
  if (shape.length !== 2) return undefined;
  // queries, keys and values in one, as PyTorch's and timm's attention store them
  if (/(^|\.)(in_proj_weight|qkv\.weight)$/.test(name) && shape[0]! % 3 === 0) return { sides, rows: shape[0]! / 3 };
  const [, letter] = /(?:^|\.)([qk])_proj\.weight$/.exec(name) ?? [];
  return letter === undefined ? undefined : { sides: [letter === 'q' ? 'query' : 'key'], rows: shape[0]! };
}

const downName = (name: string, side: Side): string => `${lowRankPrefix}${name}.${side}.down`;
const upName = (name: string, side: Side): string => `${lowRankPrefix}${name}.${side}.up`;

/** A starts as PyTorch's Linear, U(±1/√inputs), B at zero: the first step computes what the weights are. */
export function lowRankChange({ rank, alpha }: LowRankOptions): ParameterChange {
  return {
    specsFor(spec) {
      const found = sidesOf(spec);
      const inputs = spec.shape[1]!;
      return (found?.sides ?? []).flatMap((side): ParameterSpec[] => [
        {
          name: downName(spec.name, side),
          shape: [rank, inputs],
          role: 'parameter',
          weightDecay: false,
          initialize: ({ between }) =>
            floatTensor(
              [rank, inputs],
              Float32Array.from({ length: rank * inputs }, () => between(-1, 1) / Math.sqrt(inputs)),
            ),
        },
        {
          name: upName(spec.name, side),
          shape: [found!.rows, rank],
          role: 'parameter',
          weightDecay: false,
          initialize: () => floatTensor([found!.rows, rank], new Float32Array(found!.rows * rank)),
        },
      ]);
    },
    apply(graph, spec, value, further) {
      const { sides: own, rows } = sidesOf(spec)!;
      const products = own.map((_, at) => graph.add('MatMul', [further[2 * at + 1]!, further[2 * at]!]));
      const rest = spec.shape[0]! - rows * own.length;
      if (rest > 0) products.push(graph.constant(floatTensor([rest, spec.shape[1]!], new Float32Array(rest * spec.shape[1]!))));
      const change = products.length === 1 ? products[0]! : graph.add('Concat', products, { axis: 0 });
      return graph.add('Add', [value, graph.add('Mul', [change, alpha / rank])]);
    },
  };
}

/** The weights with their changes added, computed in float64; what has none is the same tensor. */
export function mergeLowRank(tensors: NamedTensors, { rank, alpha }: LowRankOptions): Record<string, TensorData> {
  const own = Object.entries(tensors).filter(([name]) => !name.startsWith(lowRankPrefix));
  return Object.fromEntries(
    own.map(([name, tensor]) => {
      const found = sidesOf({ name, shape: tensor.shape });
      if (!found || !tensors[downName(name, found.sides[0]!)]) return [name, tensor];
      const inputs = tensor.shape[1]!;
      const data = (tensor.data as Float32Array).slice();
      for (const [at, side] of found.sides.entries()) {
        const [down, up] = [tensors[downName(name, side)]!.data as Float32Array, tensors[upName(name, side)]!.data as Float32Array];
        for (let row = 0; row < found.rows; row++)
          for (let column = 0; column < inputs; column++) {
            let product = 0;
            for (let k = 0; k < rank; k++) product += up[row * rank + k]! * down[k * inputs + column]!;
            data[(at * found.rows + row) * inputs + column]! += (alpha / rank) * product;
          }
      }
      return [name, { ...tensor, data }];
    }),
  );
}

/** @throws UserError when a backbone has no matrices of queries and keys by the names that are known. */
export function requireAttention(specs: Iterable<ParameterSpec>, backbone: string): void {
  for (const spec of specs) if (sidesOf(spec)) return;
  throw new UserError(
    `--tune lora changes an attention's queries and keys, but ${backbone} has none by the usual names. Choose another --tune.`,
  );
}

/** True where a backbone has such matrices. */
export function hasAttention({ embed, fixedSide }: Backbone): boolean {
  const graph = new Graph();
  const parameters = new Parameters(graph, 'inputs');
  const pixels = graph.input('pixels', 'float32', ['batch', 3, fixedSide ?? 'height', fixedSide ?? 'width']);
  embed({ graph, parameters, normalization: 'running' }, pixels);
  return [...parameters.specs.values()].some((spec) => sidesOf(spec) !== undefined);
}
