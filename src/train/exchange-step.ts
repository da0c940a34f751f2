/**
 * The processes of a training tell each other losses, stops and norms in every step besides gradients: in one sum, which costs no more than
 * one number.
 */
import { AgreedError } from '../peers/agreed-error.js';
import type { OwnParts, Peers } from '../peers/peers.js';
import type { Losses } from './engines/engine.js';
import type { LossName } from './graphs/gradients-graph.js';

export interface OwnStep {
  /** Losses of the parts that this process made. */
  readonly losses: readonly Losses[];
  readonly isStopping: boolean;
  /** The norm of the gradient of the step before; it follows from the sum of all gradients. */
  readonly gradientNorm: number;
}

export interface WholeStep {
  /** Losses of all parts, in their order, so that their mean does not depend on the number of processes. */
  readonly losses: readonly Losses[];
  /** True when any process is asked to stop. */
  readonly isStopping: boolean;
}

/** Relative; equal devices differ by nothing, others by the rounding of the norm. */
const sameNorm = 1e-3;

/** @throws AgreedError when processes no longer train the same weights. */
export async function exchangeStep(peers: Peers, parts: OwnParts, own: OwnStep): Promise<WholeStep> {
  if (peers.size === 1) return own;
  const names = Object.keys(own.losses[0]!) as LossName[];
  const numbers = new Float64Array(parts.of * names.length + 1 + peers.size);
  const [stop, norms] = [parts.of * names.length, parts.of * names.length + 1];
  for (const [index, losses] of own.losses.entries()) {
    for (const [place, name] of names.entries()) numbers[(parts.first + index) * names.length + place] = losses[name]!;
  }
  numbers[stop] = own.isStopping ? 1 : 0;
  numbers[norms + peers.rank] = own.gradientNorm;
  const total = await peers.total(numbers);
  const others = total.subarray(norms);
  if (others.some((norm) => Math.abs(norm - others[0]!) > sameNorm * Math.abs(others[0]!))) {
    throw new AgreedError(
      `The processes no longer train the same weights: their gradients have the norms ${[...others].map((norm) => norm.toPrecision(6)).join(', ')}. ` +
        'The last checkpoint is intact. Resume from it, with one kind of device and one version of MPI everywhere.',
    );
  }
  const losses = Array.from(
    { length: parts.of },
    (_, part) => Object.fromEntries(names.map((name, place) => [name, total[part * names.length + place]!])) as Losses,
  );
  return { losses, isStopping: total[stop]! > 0 };
}
