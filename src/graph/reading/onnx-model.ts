/** ONNX files of other tools as plain data: decoded, bounded and checked, but not understood yet. */

import { formatBytes } from '../../support/byte-size.js';
import { asSentence, messageOf, UserError } from '../../support/errors.js';
import { fileError } from '../../support/files/file-errors.js';
import { mistakenFileAt } from '../../support/files/mistaken-file.js';
import { readRegular } from '../../support/files/regular-file.js';
import { freeMemory } from '../../support/free-memory.js';
import { decodeMessage } from '../../support/protobuf/message-table.js';
import { sha256Of } from '../../support/sha256.js';
import type { TensorData } from '../../tensors/tensor-data.js';
import {
  type AttributeMessage,
  attributeTypes,
  type ModelMessage,
  modelMessage,
  type NodeMessage,
  shapeOf,
  type TensorMessage,
  type ValueInfoMessage,
} from '../onnx-messages.js';
import type { Dimension } from '../value.js';
import { ExternalData } from './external-data.js';
import { bytesOfTensor, mostAxes, readTensor } from './read-tensor.js';

export type FileAttribute = number | readonly number[] | string | TensorData;

export interface FileNode {
  readonly operator: string;
  /** Empty for the standard operators. */
  readonly domain: string;
  readonly name: string;
  /** Names of values; empty for an optional one that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Those of kinds that the supported operators have. */
  readonly attributes: ReadonlyMap<string, FileAttribute>;
}

export interface FileValue {
  readonly name: string;
  /** As `TensorProto.DataType`. */
  readonly elementType: number;
  /** Names for sizes that are free; absent where the file does not say. */
  readonly shape?: readonly Dimension[];
}

export interface OnnxModel {
  readonly path: string;
  /** SHA-256 of the file, in hexadecimal; external data count only as far as the file names them. */
  readonly sha256: string;
  /** Version of the standard operators. */
  readonly operatorSet: number;
  /** In an order in which they can be computed. */
  readonly nodes: readonly FileNode[];
  readonly initializers: ReadonlyMap<string, TensorData>;
  /** Inputs that must be given; initializers are none. */
  readonly inputs: readonly FileValue[];
  readonly outputs: readonly FileValue[];
  /** Files beside the model that hold values of initializers, relative to its folder. */
  readonly externalFiles: readonly string[];
}

/** Protobuf's own limit. */
const largestFile = 2 ** 31 - 1;
const mostNodes = 100_000;
export const operatorSets = { oldest: 11, newest: 24 } as const;

/**
 * Reads a model and the files that its values lie in.
 * @throws UserError when a file cannot be read, is damaged, too large, or of an operator set that is not supported.
 */
export async function readOnnxModel(path: string): Promise<OnnxModel> {
  const bytes = await readBounded(path);
  const external = new ExternalData(path);
  try {
    const proto = decodeMessage(modelMessage, bytes);
    const { graph } = proto;
    if (!graph?.node?.length) throw new Error('it has no nodes');
    if (graph.node.length > mostNodes) throw new Error(`it has ${graph.node.length} nodes, more than ${mostNodes}`);
    if (graph.sparseInitializer?.length) throw new Error('sparse initializers are not supported');
    requireMemory([
      ...(graph.initializer ?? []),
      ...graph.node.flatMap(({ attribute = [] }) => attribute.flatMap(({ type, t = {} }) => (type === attributeTypes.TENSOR ? t : []))),
    ]);
    const initializers = new Map<string, TensorData>();
    for (const tensor of graph.initializer ?? []) {
      const name = tensor.name ?? '';
      if (name === '' || initializers.has(name)) throw new Error(`it has two initializers "${name}"`);
      initializers.set(name, await readTensor(tensor, external));
    }
    const nodes: FileNode[] = [];
    for (const node of graph.node) nodes.push(await readNode(node, external));
    return {
      path,
      sha256: sha256Of(bytes),
      operatorSet: operatorSetOf(proto),
      nodes,
      initializers,
      inputs: (graph.input ?? []).map(readValue).filter(({ name }) => !initializers.has(name)),
      outputs: (graph.output ?? []).map(readValue),
      externalFiles: external.files,
    };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} is not an ONNX model that can be read: ${asSentence((await mistakenFileAt(path)) ?? messageOf(error))}`);
  } finally {
    await external.close();
  }
}

/** @throws Error where the tensors of a file take more memory than is free: many of them may be one range of a file. */
function requireMemory(tensors: readonly TensorMessage[]): void {
  const [needed, free] = [tensors.reduce((sum, tensor) => sum + bytesOfTensor(tensor), 0), freeMemory()];
  if (needed > free) throw new Error(`its tensors take ${formatBytes(needed)} of memory, and ${formatBytes(free)} are free`);
}

async function readBounded(path: string): Promise<Buffer> {
  try {
    return await readRegular(path, largestFile);
  } catch (error) {
    throw fileError('read the model', path, error);
  }
}

function operatorSetOf({ opsetImport }: ModelMessage): number {
  const version = opsetImport?.find(({ domain }) => isStandard(domain ?? ''))?.version ?? 0;
  const { oldest, newest } = operatorSets;
  if (version >= oldest && version <= newest) return version;
  throw new Error(`its operator set is ${version}, supported are ${oldest} to ${newest}: export it again with another opset_version`);
}

function isStandard(domain: string): boolean {
  return domain === '' || domain === 'ai.onnx';
}

async function readNode(node: NodeMessage, external: ExternalData): Promise<FileNode> {
  const attributes = new Map<string, FileAttribute>();
  for (const attribute of node.attribute ?? []) {
    const value = await readAttribute(attribute, external);
    if (value !== undefined) attributes.set(attribute.name ?? '', value);
  }
  const domain = node.domain ?? '';
  return {
    operator: node.opType ?? '',
    domain: isStandard(domain) ? '' : domain,
    name: node.name ?? '',
    inputs: node.input ?? [],
    outputs: node.output ?? [],
    attributes,
  };
}

async function readAttribute(attribute: AttributeMessage, external: ExternalData): Promise<FileAttribute | undefined> {
  switch (attribute.type) {
    case attributeTypes.INT:
      return attribute.i ?? 0;
    case attributeTypes.FLOAT:
      return attribute.f ?? 0;
    case attributeTypes.INTS:
      return attribute.ints ?? [];
    case attributeTypes.FLOATS:
      return attribute.floats ?? [];
    case attributeTypes.STRING:
      return Buffer.from(attribute.s ?? []).toString();
    case attributeTypes.TENSOR:
      return readTensor(attribute.t ?? {}, external);
    default:
      return undefined;
  }
}

function readValue(info: ValueInfoMessage): FileValue {
  const shape = shapeOf(info);
  if (shape && shape.length > mostAxes) throw new Error(`${info.name} has ${shape.length} axes, more than ${mostAxes}`);
  return { name: info.name ?? '', elementType: info.type?.tensorType?.elemType ?? 0, ...(shape && { shape }) };
}
