/** Tensors of ONNX files as the types that the program computes with: every floating type becomes float32. */
import { onnxDataTypes } from '../../tensors/onnx-data-types.js';
import { isFloating, type StoredType, storedBytes, toFloat32 } from '../../tensors/stored-types.js';
import { type ElementArray, elementArrays, type TensorData } from '../../tensors/tensor-data.js';
import type { TensorMessage } from '../onnx-messages.js';
import type { ExternalData } from './external-data.js';

type StoredElement = Exclude<StoredType, 'int8' | 'int16'>;

/** As `TensorProto.DataType`. */
const storedTypes: Readonly<Record<number, StoredElement>> = {
  1: 'float32',
  2: 'uint8',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  16: 'bfloat16',
};
/** Weights in 8 bits are refused: rounding has no gradient. */
export const quantized = 'quantized numbers (int8), which cannot be trained: give the model in float32 or float16';
/** `TensorProto.DataLocation.EXTERNAL` */
const externalLocation = 1;
const mostElements = 2 ** 31 - 1;
/** No operator of an encoder takes more. */
export const mostAxes = 16;

/** @throws Error naming the tensor when its type is not supported or its values do not fill its shape. */
export async function readTensor(tensor: TensorMessage, external: ExternalData): Promise<TensorData> {
  const { name, type, shape, count } = describe(tensor);
  const buffer =
    tensor.dataLocation === externalLocation
      ? await readExternal(tensor, count * storedBytes[type], external)
      : (rawElements(tensor) ?? typedElements(tensor, type));
  if (buffer.byteLength !== count * storedBytes[type]) {
    throw new Error(
      `the tensor ${name} has ${buffer.byteLength} bytes, its shape [${shape.join(', ')}] needs ${count * storedBytes[type]}`,
    );
  }
  return isFloating(type)
    ? { dataType: 'float32', shape, data: toFloat32(type, buffer) }
    : { dataType: type as keyof typeof elementArrays, shape, data: new elementArrays[type as 'int64'](buffer) as ElementArray };
}

interface TensorDescription {
  readonly name: string;
  readonly type: StoredElement;
  readonly shape: readonly number[];
  /** Elements. */
  readonly count: number;
}

/** @throws Error naming the tensor when its type or its shape is not supported. */
function describe(tensor: TensorMessage): TensorDescription {
  const name = tensor.name || 'of an attribute';
  const type = storedTypes[tensor.dataType ?? 0];
  if (tensor.dataType === onnxDataTypes.int8) throw new Error(`the tensor ${name} holds ${quantized}`);
  if (!type) throw new Error(`the tensor ${name} has the element type ${tensor.dataType ?? 0}, which is not supported`);
  const shape = tensor.dims ?? [];
  if (shape.length > mostAxes) throw new Error(`the tensor ${name} has ${shape.length} axes, more than ${mostAxes}`);
  const count = shape.reduce((product, size) => product * size, 1);
  if (shape.some((size) => !Number.isSafeInteger(size) || size < 0) || count > mostElements) {
    throw new Error(`the tensor ${name} has the shape [${shape.join(', ')}]`);
  }
  return { name, type, shape, count };
}

/** Bytes that a tensor takes once it is read. @throws Error as `readTensor`, but for its values */
export function bytesOfTensor(tensor: TensorMessage): number {
  const { type, count } = describe(tensor);
  return count * (isFloating(type) ? elementArrays.float32.BYTES_PER_ELEMENT : storedBytes[type]);
}

async function readExternal({ externalData }: TensorMessage, length: number, external: ExternalData): Promise<ArrayBuffer> {
  const entries = new Map(externalData?.map(({ key, value }) => [key, value ?? '']));
  const stated = entries.get('length');
  if (stated !== undefined && Number(stated) !== length) throw new Error(`external data of ${stated} bytes, expected ${length}`);
  return (await external.read(entries.get('location') ?? '', Number(entries.get('offset') ?? 0), length)).buffer;
}

/** A copy: where bytes lie in the file, they need not be aligned. */
function rawElements({ rawData }: TensorMessage): ArrayBuffer | undefined {
  return rawData && rawData.length > 0 ? new Uint8Array(rawData).buffer : undefined;
}

/** Elements in a field of their type; halves, bytes and booleans are stored as int32. */
function typedElements({ floatData, doubleData, int64Data, int32Data }: TensorMessage, type: StoredType): ArrayBuffer {
  switch (type) {
    case 'float32':
      return Float32Array.from(floatData ?? []).buffer;
    case 'float64':
      return Float64Array.from(doubleData ?? []).buffer;
    case 'int64':
      return BigInt64Array.from(int64Data ?? []).buffer;
    case 'int32':
      return Int32Array.from(int32Data ?? []).buffer;
    case 'float16':
    case 'bfloat16':
      return Uint16Array.from(int32Data ?? []).buffer;
    default:
      return Uint8Array.from(int32Data ?? []).buffer;
  }
}
