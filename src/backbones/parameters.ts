/** The parameters of a model: declared where they are used, and bound to graph inputs (training) or constants (export). */
import type { Graph } from '../graph/graph.js';
import { formatShape, sameShape, type Value } from '../graph/value.js';
import type { RandomStream } from '../support/random.js';
import type { TensorData } from '../tensors/tensor-data.js';

export interface ParameterSpec {
  /** As in the published checkpoints of the architecture. */
  readonly name: string;
  readonly shape: readonly number[];
  /** `buffer`: part of the model, but not trained by gradients (running statistics, prompt features). */
  readonly role: 'parameter' | 'buffer';
  /** True when the optimizer decays it: weights of matrices and convolutions, not normalizations, biases and embeddings. */
  readonly weightDecay: boolean;
  /** The starting value, drawn from the stream named by the seed and the parameter's name; it is the caller's own. */
  initialize(random: RandomStream): TensorData;
}

/** Source of the values of parameters: `inputs` of the graph, of the same or other names, or given tensors stored as constants. */
export type ParameterSource = 'inputs' | ((name: string) => string) | Readonly<Record<string, TensorData>>;

/** Changes to parameters while a model is trained: the value that the model computes with follows from the declared one and further ones. */
export interface ParameterChange {
  /** Further parameters of the change; none where the parameter stays as it is declared. */
  specsFor(spec: ParameterSpec): readonly ParameterSpec[];
  /**
   * @param value of the declared parameter
   * @param further values of `specsFor`, in their order
   * @returns the value to compute with, of the same shape
   */
  apply(graph: Graph, spec: ParameterSpec, value: Value, further: readonly Value[]): Value;
}

/** The parameters that a model has declared in one graph. */
export class Parameters {
  readonly specs = new Map<string, ParameterSpec>();
  /** New values of buffers, computed by the forward pass. */
  readonly updates = new Map<string, Value>();
  private readonly values = new Map<string, Value>();
  private readonly changed = new Map<string, Value>();

  constructor(
    readonly graph: Graph,
    private readonly source: ParameterSource,
    /** Parameters that are not trained: they become buffers. */
    readonly isFrozen: (name: string) => boolean = () => false,
    private readonly change?: ParameterChange,
  ) {}

  /**
   * The value of a parameter in the graph.
   * @throws Error when the source has no tensor of this name and shape.
   */
  declare(spec: ParameterSpec): Value {
    const known = this.changed.get(spec.name) ?? this.values.get(spec.name);
    if (known) return known;
    const value = this.bind(spec);
    this.specs.set(spec.name, this.isFrozen(spec.name) ? { ...spec, role: 'buffer' } : spec);
    this.values.set(spec.name, value);
    const further = this.change?.specsFor(spec) ?? [];
    if (!this.change || further.length === 0) return value;
    const declared = further.map((own) => this.declare(own));
    const changed = this.change.apply(this.graph, spec, value, declared);
    this.changed.set(spec.name, changed);
    return changed;
  }

  /** Names the new value of a buffer. */
  update(name: string, value: Value): void {
    this.updates.set(name, value);
  }

  /** All declared values by name, without changes. */
  get declared(): ReadonlyMap<string, Value> {
    return this.values;
  }

  private bind(spec: ParameterSpec): Value {
    if (this.source === 'inputs') return this.graph.input(spec.name, 'float32', spec.shape);
    if (typeof this.source === 'function') return this.graph.input(this.source(spec.name), 'float32', spec.shape);
    const tensor = this.source[spec.name];
    if (!tensor) throw new Error(`the parameter ${spec.name} is missing`);
    if (tensor.dataType !== 'float32' || !sameShape(tensor.shape, spec.shape)) {
      throw new Error(`${spec.name}: expected float32${formatShape(spec.shape)}, received ${tensor.dataType}${formatShape(tensor.shape)}`);
    }
    return this.graph.constant(tensor, spec.name);
  }
}
