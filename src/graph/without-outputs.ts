/** An ONNX file without some outputs: ONNX Runtime computes every node of a file, asked for or not. */
import { decodeMessage } from '../support/protobuf/message-table.js';
import { field, type WireField, wireFields } from '../support/protobuf/wire-format.js';
import { findDataType } from '../tensors/onnx-data-types.js';
import {
  graphMessage,
  modelMessage,
  nodeMessage,
  shapeOf,
  tensorMessage,
  type ValueInfoMessage,
  valueInfoMessage,
} from './onnx-messages.js';
import type { Value } from './value.js';

export interface ReducedFile {
  readonly bytes: Uint8Array;
  /** The outputs that it lacks. */
  readonly leftOut: readonly Pick<Value, 'name' | 'dataType' | 'shape'>[];
}

/**
 * Leaves out outputs by their names, with the nodes and weights that nothing else needs; all the rest stays byte for byte.
 * @returns undefined where there is nothing to leave out, where weights lie in other files, or where the bytes are no ONNX file
 */
export function withoutOutputs(file: Uint8Array, names: ReadonlySet<string>): ReducedFile | undefined {
  try {
    const model = [...wireFields(file)];
    const graph = model.find(({ number }) => number === modelMessage.graph.number);
    if (!graph) return undefined;
    const fields = [...wireFields(graph.content)];
    const outputs = fields
      .filter(isOf(graphMessage.output.number))
      .map((own) => ({ own, info: decodeMessage(valueInfoMessage, own.content) }));
    const leftOut = outputs.filter(({ info }) => names.has(info.name ?? ''));
    if (leftOut.length === 0 || leftOut.length === outputs.length) return undefined;
    const used = new Set(outputs.map(({ info }) => info.name ?? '').filter((name) => !names.has(name)));
    const dropped = new Set<WireField>(leftOut.map(({ own }) => own));
    // nodes come after those whose outputs they use
    for (const own of fields.filter(isOf(graphMessage.node.number)).reverse()) {
      const parts = [...wireFields(own.content)];
      if (!textsOf(parts, nodeMessage.output.number).some((name) => used.has(name))) dropped.add(own);
      // a branch of another operator may use any value
      else if (parts.filter(isOf(nodeMessage.attribute.number)).some(hasSubgraph)) return undefined;
      else for (const name of textsOf(parts, nodeMessage.input.number)) used.add(name);
    }
    for (const own of fields.filter(isOf(graphMessage.initializer.number))) {
      const parts = [...wireFields(own.content)];
      if (parts.some(isOf(tensorMessage.externalData.number))) return undefined;
      const [name = ''] = textsOf(parts, tensorMessage.name.number);
      if (!used.has(name)) dropped.add(own);
    }
    const kept = fields.filter((own) => !dropped.has(own)).map(({ whole }) => whole);
    const pieces = model.flatMap((own) => (own === graph ? field(modelMessage.graph.number, kept) : [own.whole]));
    return { bytes: Buffer.concat(pieces), leftOut: leftOut.map(({ info }) => signatureOf(info)) };
  } catch {
    return undefined;
  }
}

function signatureOf(info: ValueInfoMessage): ReducedFile['leftOut'][number] {
  const { name = '', type } = info;
  const found = findDataType(type?.tensorType?.elemType ?? 0);
  if (found === undefined) throw new Error(`the output ${name} has an element type that is not known`);
  return { name, dataType: found, shape: shapeOf(info) ?? [] };
}

/** `AttributeProto.g` and `AttributeProto.graphs` */
const subgraphs = [6, 11];

function hasSubgraph(attribute: WireField): boolean {
  return [...wireFields(attribute.content)].some(({ number }) => subgraphs.includes(number));
}

function textsOf(fields: readonly WireField[], wanted: number): string[] {
  return fields.filter(isOf(wanted)).map(({ content }) => Buffer.from(content.buffer, content.byteOffset, content.length).toString('utf8'));
}

const isOf =
  (number: number) =>
  (field: WireField): boolean =>
    field.number === number;
