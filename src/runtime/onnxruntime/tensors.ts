/** Tensors as ONNX Runtime takes them: arrays of ours, or memory of a device. */
import { findDataType, onnxDataTypes } from '../../tensors/onnx-data-types.js';
import type { Place } from '../../tensors/place.js';
import { type DataType, elementArrays, elementCount, type TensorData } from '../../tensors/tensor-data.js';
import { bytesAt, onnxRuntime } from './library.js';

/** @throws Error for a type of which there are no arrays here, such as texts. */
export function dataTypeOf(number: number, name: string): DataType {
  const found = findDataType(number);
  if (found === undefined) throw new Error(`${name} is not a tensor of numbers (element type ${number})`);
  return found;
}

export interface TensorType {
  readonly dataType: DataType;
  readonly shape: readonly number[];
}

function byteLengthOf({ dataType, shape }: TensorType): number {
  return elementCount(shape) * elementArrays[dataType].BYTES_PER_ELEMENT;
}

function sizesOf(shape: readonly number[]): BigInt64Array {
  return BigInt64Array.from(shape, BigInt);
}

/** ONNX Runtime's description of a memory: that of the device itself, not of a pool over it. */
function memoryInfo(kind: string, device = 0): bigint {
  const [deviceAllocator, defaultMemory] = [0, 0];
  return onnxRuntime().CreateMemoryInfo(kind, deviceAllocator, device, defaultMemory);
}

let processorMemory: bigint | undefined;

/**
 * A value of ONNX Runtime's over the elements of an array. The caller releases it, and keeps the array until then.
 * @throws Error when the array has been transferred.
 */
export function valueOver(tensor: TensorData): bigint {
  const { dataType, shape, data } = tensor;
  // an array that has been transferred is empty
  if (data.length !== elementCount(shape))
    throw new Error(`a tensor of [${shape.join(', ')}] has ${data.length} values: is its buffer detached?`);
  processorMemory ??= memoryInfo('Cpu');
  const { CreateTensorWithDataAsOrtValue } = onnxRuntime();
  return CreateTensorWithDataAsOrtValue(processorMemory, data, data.byteLength, sizesOf(shape), shape.length, onnxDataTypes[dataType]);
}

/** A copy of a value in the processor's memory. */
export function copyOfValue(value: bigint, name: string): TensorData {
  const runtime = onnxRuntime();
  const info = runtime.GetTensorTypeAndShape(value);
  try {
    const dataType = dataTypeOf(runtime.GetTensorElementType(info), name);
    const shape = dimensionsOf(info);
    const data = new elementArrays[dataType](elementCount(shape));
    if (data.length > 0) new Uint8Array(data.buffer).set(bytesAt(runtime.GetTensorMutableData(value), byteLengthOf({ dataType, shape })));
    return { dataType, shape, data };
  } finally {
    runtime.ReleaseTensorTypeAndShapeInfo(info);
  }
}

/** @param info of a tensor's type; sizes that are free are -1 */
export function dimensionsOf(info: bigint): number[] {
  const { GetDimensionsCount, GetDimensions } = onnxRuntime();
  const sizes = new BigInt64Array(GetDimensionsCount(info));
  if (sizes.length > 0) GetDimensions(info, sizes, sizes.length);
  return Array.from(sizes, Number);
}

/** A tensor in a device's memory, or another shape of one. */
export class DeviceTensor implements TensorType {
  private readonly shapes = new Map<string, DeviceTensor>();

  constructor(
    /** ONNX Runtime's. */
    readonly value: bigint,
    readonly dataType: DataType,
    readonly shape: readonly number[],
    private readonly memory: bigint,
  ) {}

  /** Its address in the memory of a CUDA card; other devices give none that means anything to others. */
  get place(): Place {
    return { address: onnxRuntime().GetTensorMutableData(this.value), length: elementCount(this.shape) };
  }

  /** The same memory in another shape of as many elements; it is released with this tensor. */
  inShape(shape: readonly number[]): DeviceTensor {
    const name = shape.join();
    if (name === this.shape.join()) return this;
    let other = this.shapes.get(name);
    if (!other) {
      const { GetTensorMutableData, CreateTensorWithDataAsOrtValue } = onnxRuntime();
      const { dataType } = this;
      const bytes = byteLengthOf({ dataType, shape });
      if (bytes !== byteLengthOf(this)) throw new Error(`a tensor of [${this.shape.join(', ')}] cannot be one of [${shape.join(', ')}]`);
      const address = GetTensorMutableData(this.value);
      const value = CreateTensorWithDataAsOrtValue(this.memory, address, bytes, sizesOf(shape), shape.length, onnxDataTypes[dataType]);
      other = new DeviceTensor(value, dataType, shape, this.memory);
      this.shapes.set(name, other);
    }
    return other;
  }

  release(): void {
    for (const other of this.shapes.values()) other.release();
    onnxRuntime().ReleaseValue(this.value);
  }
}

/** The memory of a device. */
export class DeviceMemory {
  private readonly memory: bigint;
  private readonly allocator: bigint;

  /**
   * @param session one that computes there, and lasts as long as this memory
   * @param kind ONNX Runtime's name of it
   * @param device which of them
   */
  constructor(session: bigint, kind: string, device: number) {
    this.memory = memoryInfo(kind, device);
    this.allocator = onnxRuntime().CreateAllocator(session, this.memory);
  }

  /** A tensor with undefined content. @throws Error when there is too little memory. */
  tensor({ dataType, shape }: TensorType): DeviceTensor {
    const { CreateTensorAsOrtValue } = onnxRuntime();
    const value = CreateTensorAsOrtValue(this.allocator, sizesOf(shape), shape.length, onnxDataTypes[dataType]);
    return new DeviceTensor(value, dataType, shape, this.memory);
  }

  /** Tensors of it are released before. */
  release(): void {
    const { ReleaseAllocator, ReleaseMemoryInfo } = onnxRuntime();
    ReleaseAllocator(this.allocator);
    ReleaseMemoryInfo(this.memory);
  }
}
