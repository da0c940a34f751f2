/** The messages of ONNX files that are written and read: onnx/onnx.proto3 of ONNX 1.12. Subgraphs are none of them: no supported operator has one. */
import type { Message, MessageTable } from '../support/protobuf/message-table.js';

const stringEntry = { key: { number: 1, kind: 'string' }, value: { number: 2, kind: 'string' } } as const satisfies MessageTable;

export const tensorMessage = {
  dims: { number: 1, kind: 'int', repeated: true },
  /** `TensorProto.DataType` */
  dataType: { number: 2, kind: 'int' },
  floatData: { number: 4, kind: 'float', repeated: true },
  int32Data: { number: 5, kind: 'int', repeated: true },
  int64Data: { number: 7, kind: 'int64', repeated: true },
  name: { number: 8, kind: 'string' },
  rawData: { number: 9, kind: 'bytes' },
  doubleData: { number: 10, kind: 'double', repeated: true },
  externalData: { number: 13, kind: stringEntry, repeated: true },
  dataLocation: { number: 14, kind: 'int' },
} as const satisfies MessageTable;

/** `AttributeProto.AttributeType` */
export const attributeTypes = { FLOAT: 1, INT: 2, STRING: 3, TENSOR: 4, FLOATS: 6, INTS: 7 } as const;

const attributeMessage = {
  name: { number: 1, kind: 'string' },
  f: { number: 2, kind: 'float' },
  i: { number: 3, kind: 'int' },
  s: { number: 4, kind: 'bytes' },
  t: { number: 5, kind: tensorMessage },
  floats: { number: 7, kind: 'float', repeated: true },
  ints: { number: 8, kind: 'int', repeated: true },
  type: { number: 20, kind: 'int' },
} as const satisfies MessageTable;

export const nodeMessage = {
  input: { number: 1, kind: 'string', repeated: true },
  output: { number: 2, kind: 'string', repeated: true },
  name: { number: 3, kind: 'string' },
  opType: { number: 4, kind: 'string' },
  attribute: { number: 5, kind: attributeMessage, repeated: true },
  domain: { number: 7, kind: 'string' },
} as const satisfies MessageTable;

/** A size is a number or a name. */
const dimensionMessage = { dimValue: { number: 1, kind: 'int' }, dimParam: { number: 2, kind: 'string' } } as const satisfies MessageTable;
const shapeMessage = { dim: { number: 1, kind: dimensionMessage, repeated: true } } as const satisfies MessageTable;
const tensorTypeMessage = {
  elemType: { number: 1, kind: 'int' },
  shape: { number: 2, kind: shapeMessage },
} as const satisfies MessageTable;

export const valueInfoMessage = {
  name: { number: 1, kind: 'string' },
  type: { number: 2, kind: { tensorType: { number: 1, kind: tensorTypeMessage } } },
} as const satisfies MessageTable;

export const graphMessage = {
  node: { number: 1, kind: nodeMessage, repeated: true },
  name: { number: 2, kind: 'string' },
  initializer: { number: 5, kind: tensorMessage, repeated: true },
  docString: { number: 10, kind: 'string' },
  input: { number: 11, kind: valueInfoMessage, repeated: true },
  output: { number: 12, kind: valueInfoMessage, repeated: true },
  /** Only told apart from none. */
  sparseInitializer: { number: 15, kind: 'bytes', repeated: true },
} as const satisfies MessageTable;

export const modelMessage = {
  irVersion: { number: 1, kind: 'int' },
  producerName: { number: 2, kind: 'string' },
  producerVersion: { number: 3, kind: 'string' },
  modelVersion: { number: 5, kind: 'int' },
  docString: { number: 6, kind: 'string' },
  graph: { number: 7, kind: graphMessage },
  opsetImport: { number: 8, kind: { domain: { number: 1, kind: 'string' }, version: { number: 2, kind: 'int' } }, repeated: true },
  metadataProps: { number: 14, kind: stringEntry, repeated: true },
} as const satisfies MessageTable;

export type AttributeMessage = Message<typeof attributeMessage>;
export type NodeMessage = Message<typeof nodeMessage>;
export type TensorMessage = Message<typeof tensorMessage>;
export type ValueInfoMessage = Message<typeof valueInfoMessage>;
export type ModelMessage = Message<typeof modelMessage>;

/** The shape of a value; undefined where the file does not say it. */
export function shapeOf({ type }: ValueInfoMessage): (number | string)[] | undefined {
  return type?.tensorType?.shape?.dim?.map(({ dimValue = 0, dimParam }) => (dimValue > 0 ? dimValue : dimParam || '?'));
}
