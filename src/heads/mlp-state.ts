/** Parameters of an MLP head that AGM's authors trained, as their program saves them: `mlp.pt`, the state dict of a PyTorch module. */
import type { TensorSource } from '../backbones/weights/tensor-source.js';
import { UserError } from '../support/errors.js';
import type { TensorData } from '../tensors/tensor-data.js';
import type { ActivationName } from './activations.js';

/** The beginning of names in this program. */
export const mlpPrefix = 'mlp.';

/** Layers of heads without a gate, by their place in a sequence. */
const sequence: Readonly<Record<string, string>> = { 'adapter.0': 'fc1', 'adapter.2': 'fc2', 'adapter.4': 'fc3' };

export interface MlpState {
  /** By the names that the head declares. */
  readonly tensors: Readonly<Record<string, TensorData>>;
  /** The activation that the names tell; undefined where they fit several. */
  readonly activation: ActivationName | undefined;
  readonly gamma: boolean;
  /** Width of both hidden layers. */
  readonly hidden: number;
}

/**
 * Reads the file: keys `fc1|fc2|fc3`, `act1.*`, `act2.a` of the gated head, or `adapter.0|2|4` of the others, perhaps after `module.`; or, of this
 * program's own checkpoints, the same after `mlp.`.
 * @throws UserError when layers are missing, unknown or do not fit each other.
 */
export async function readMlpState(source: TensorSource): Promise<MlpState> {
  const tensors: Record<string, TensorData> = {};
  for (const name of source.tensors.keys()) {
    const own = name.startsWith(mlpPrefix) ? name.slice(mlpPrefix.length) : name.replace(/^module\./, '');
    const renamed = own.replace(/^adapter\.\d+/, (layer) => sequence[layer] ?? layer);
    if (isKnown(renamed)) tensors[`${mlpPrefix}${renamed}`] = await source.read(name);
    else if (source.tensors.size <= mostTensors || name.startsWith(mlpPrefix)) throw refused(source, `the tensor ${name} is unknown`);
  }
  const [first, second, third] = ['fc1', 'fc2', 'fc3'].map((layer) => tensors[`${mlpPrefix}${layer}.weight`]?.shape);
  if (!first || !second || !third) throw refused(source, 'it has no layers fc1, fc2 and fc3 (or adapter.0, adapter.2 and adapter.4)');
  const fit =
    [first, second, third].every((shape) => shape.length === 2) && [second[0], second[1], third[1]].every((width) => width === first[0]);
  if (!fit || third[0] !== 1) throw refused(source, `its layers are ${[first, second, third].map((shape) => `[${shape}]`).join(', ')}`);
  const isGated = tensors[`${mlpPrefix}act1.g`] !== undefined;
  return {
    tensors,
    activation: isGated ? 'gated' : tensors[`${mlpPrefix}act1.a`] && 'prelu',
    gamma: tensors[`${mlpPrefix}act1.sig_act.gamma`] !== undefined,
    hidden: first[0]!,
  };
}

/** A file with more is not of a head alone: its other tensors are of no concern. */
const mostTensors = 16;

function isKnown(name: string): boolean {
  return /^(fc[123]\.(weight|bias)|act1\.(g|a|sig_act\.(alpha|beta|gamma)|lrelu_act\.a)|act2\.a)$/.test(name);
}

function refused({ path }: TensorSource, why: string): UserError {
  return new UserError(`${path} has no MLP head in it: ${why}. Expected the mlp.pt of AGM.`);
}
