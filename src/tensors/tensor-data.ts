/** Tensors as plain data: the currency of the state table, checkpoints, constants of graphs, and sessions. */

export const elementArrays = {
  float32: Float32Array,
  /** Bit patterns of IEEE 754 binary16: see `toHalf`. Like int8, only in exported files. */
  float16: Uint16Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

/** Element types, named as in ONNX Runtime's JavaScript interface. */
export type DataType = keyof typeof elementArrays;
export type ElementArray = Float32Array | Uint16Array | Float64Array | Int32Array | BigInt64Array | Int8Array | Uint8Array;

/** True when gradients can flow through values of this type. */
export function isFloat(dataType: DataType): boolean {
  return dataType === 'float32' || dataType === 'float64';
}

/** A dense tensor in row-major order; `data.length` is the product of `shape`. */
export interface TensorData {
  readonly dataType: DataType;
  readonly shape: readonly number[];
  readonly data: ElementArray;
}

/** Tensors by name: the inputs or outputs of a call. */
export type NamedTensors = Readonly<Record<string, TensorData>>;

/** Buffers that can move to another thread without a copy, each once. */
export function transferable(tensors: NamedTensors): ArrayBuffer[] {
  return [...new Set(Object.values(tensors).map(({ data }) => data.buffer))].filter((buffer) => buffer instanceof ArrayBuffer);
}

/** The number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** A float32 tensor. @throws RangeError when the number of values does not fit the shape. */
export function floatTensor(shape: readonly number[], values: Float32Array | readonly number[]): TensorData {
  const data = values instanceof Float32Array ? values : Float32Array.from(values);
  if (data.length !== elementCount(shape)) throw new RangeError(`${data.length} values do not fill the shape [${shape.join(', ')}]`);
  return { dataType: 'float32', shape, data };
}
