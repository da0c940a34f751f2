/** Constants as initializers of an ONNX file: within it, or in a file beside it, as models of more than 2 GB need. */
import { encodeMessage } from '../support/protobuf/message-table.js';
import { field } from '../support/protobuf/wire-format.js';
import { onnxDataTypes } from '../tensors/onnx-data-types.js';
import type { TensorData } from '../tensors/tensor-data.js';
import { type TensorMessage, tensorMessage } from './onnx-messages.js';
import type { Value } from './value.js';

/** A file for weights that do not fit into a model. */
export interface ExternalPlace {
  /** Name of a file in the model's folder. */
  readonly location: string;
  /** The most bytes of weights that the model itself holds; default: what protobuf allows. */
  readonly above?: number;
}

type Constants = readonly (readonly [Value, TensorData])[];

interface Initializers {
  /** The pieces of each `TensorProto`. */
  readonly initializers: readonly (readonly Uint8Array[])[];
  /** The pieces of the file beside the model. */
  readonly data: readonly Uint8Array[];
}

/** `TensorProto.DataLocation.EXTERNAL` */
const externalLocation = 1;
/** Alignment of parts that an operating system can map into memory: that of Windows; elsewhere pages are smaller. */
const alignment = 2 ** 16;

/** Raw data is little-endian in ONNX, and so is every platform that Node.js runs on. */
export function inlineInitializers(constants: Constants): Initializers {
  return { initializers: constants.map(([{ name }, tensor]) => inlineInitializer(name, tensor)), data: [] };
}

/** Those that fill such a unit go into the file beside the model, each at an offset that can be mapped. */
export function externalInitializers(constants: Constants, location: string): Initializers {
  const data: Uint8Array[] = [];
  let end = 0;
  const initializers = constants.map(([{ name }, tensor]) => {
    const bytes = bytesOf(tensor);
    if (bytes.length < alignment) return inlineInitializer(name, tensor);
    const offset = Math.ceil(end / alignment) * alignment;
    if (offset > end) data.push(new Uint8Array(offset - end));
    data.push(bytes);
    end = offset + bytes.length;
    const place = { location, offset: String(offset), length: String(bytes.length) };
    const externalData = Object.entries(place).map(([key, value]) => ({ key, value }));
    return [tensorHead(name, tensor, { externalData, dataLocation: externalLocation })];
  });
  return { initializers, data };
}

function inlineInitializer(name: string, tensor: TensorData): Uint8Array[] {
  return [tensorHead(name, tensor), ...field(tensorMessage.rawData.number, [bytesOf(tensor)])];
}

function tensorHead(name: string, { dataType, shape }: TensorData, more: TensorMessage = {}): Uint8Array {
  return encodeMessage(tensorMessage, { name, dataType: onnxDataTypes[dataType], dims: shape, ...more });
}

function bytesOf({ data }: TensorData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
