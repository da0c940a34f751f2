/** Graphs as ONNX files (onnx.proto of ONNX 1.12: IR version 8, operator set 17), which programs of 2022 and later read. */
import { encodeMessage } from '../support/protobuf/message-table.js';
import { field } from '../support/protobuf/wire-format.js';
import { onnxDataTypes } from '../tensors/onnx-data-types.js';
import type { DataType } from '../tensors/tensor-data.js';
import type { Graph } from './graph.js';
import { neededParts } from './needed-parts.js';
import { type ExternalPlace, externalInitializers, inlineInitializers } from './onnx-initializers.js';
import {
  type AttributeMessage,
  attributeTypes,
  graphMessage,
  modelMessage,
  type NodeMessage,
  type ValueInfoMessage,
} from './onnx-messages.js';
import { type AttributeKind, type AttributeValue, type Node, privateDomain } from './operator.js';
import type { Dimension, Value } from './value.js';

const irVersion = 8;
const operatorSet = 17;

export interface OnnxFileOptions {
  /** Written as `producer_version`. */
  readonly version?: string;
  /** Written as `doc_string`, which ONNX Runtime calls the description. */
  readonly description?: string;
  /** Written as `model_version`; a reader that finds none shows a number without a meaning. */
  readonly modelVersion?: number;
  /** Written as `metadata_props`, in the order of the keys. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** True when the shapes of inputs and outputs are left out: nodes that compute element by element take tensors of any shape. */
  readonly anyShape?: boolean;
}

/** A file, or two, as the bytes to write one after the other: the weights among them are not copied. */
export interface OnnxPieces {
  readonly model: readonly Uint8Array[];
  /** Name of the file of external data; absent where the model holds its weights itself. */
  readonly data: readonly Uint8Array[];
}

/** Protobuf's limit of 2 GiB, less than what is there beside the weights. */
const largestFile = 2 ** 31 - 2 ** 24;

/**
 * The bytes of an ONNX model. Nodes and constants on which no output depends are left out; equal graphs give equal bytes.
 * @throws RangeError when the constants exceed protobuf's limit of 2 GB.
 */
export function encodeOnnx(graph: Graph, options: OnnxFileOptions = {}): Uint8Array {
  return Buffer.concat(onnxPieces(graph, options).model);
}

/**
 * The same without a copy of the weights.
 * @param external a file beside the model that takes the weights where they do not fit into the model itself
 * @throws RangeError when they do not fit and there is no such file.
 */
export function onnxPieces(graph: Graph, options: OnnxFileOptions = {}, external?: ExternalPlace): OnnxPieces {
  const { nodes } = neededParts(graph);
  requireFormulations(nodes);
  const used = new Set<Value | null>([...graph.outputs.values(), ...nodes.flatMap(inputsInFile)]);
  const constants = [...graph.allConstants()].filter(([value]) => used.has(value));
  const bytes = constants.reduce((total, [, { data }]) => total + data.byteLength, 0);
  const isExternal = bytes > (external?.above ?? largestFile);
  if (isExternal && !external) throw new RangeError(`${bytes} bytes of constants do not fit into one ONNX file (2 GB)`);
  const { initializers, data } =
    isExternal && external ? externalInitializers(constants, external.location) : inlineInitializers(constants);
  const names = outputNames(graph);
  const nameOf = (value: Value | null): string => (value ? (names.get(value) ?? value.name) : '');
  const described = ([name, { dataType, shape }]: readonly [string, Value]): ValueInfoMessage =>
    encodeValueInfo(name, dataType, options.anyShape ? undefined : shape);
  const outputs = new Set(graph.outputs.values());
  const body = encodeMessage(graphMessage, {
    name: 'antonym',
    node: inOrderOfExecution(nodes, copiesToOutputs(graph, names), nameOf, (value) => outputs.has(value)),
    input: [...graph.inputs].map(described),
    output: [...graph.outputs].map(described),
  });
  const head = encodeMessage(modelMessage, {
    irVersion,
    producerName: 'antonym',
    producerVersion: options.version ?? '',
    ...(options.modelVersion !== undefined && { modelVersion: options.modelVersion }),
    ...(options.description !== undefined && { docString: options.description }),
    opsetImport: [{ domain: '', version: operatorSet }, ...contributedDomains(nodes).map((domain) => ({ domain, version: 1 }))],
    metadataProps: Object.entries(options.metadata ?? {}).map(([key, value]) => ({ key, value })),
  });
  // the parts of a message may come in any order
  const graphPieces = [body, ...initializers.flatMap((initializer) => field(graphMessage.initializer.number, initializer))];
  return { model: [head, ...field(modelMessage.graph.number, graphPieces)], data };
}

function contributedDomains(nodes: readonly Node[]): string[] {
  return [...new Set(nodes.flatMap(({ rule }) => ('name' in rule ? [rule.domain] : [])))];
}

/** @throws Error when a node is of the private domain: nothing that reads files has a kernel for it. */
function requireFormulations(nodes: readonly Node[]): void {
  const named = nodes.find(({ rule }) => rule.domain === privateDomain);
  if (named) throw new Error(`${named.operator} (${named.outputs[0]!.name}) has to be lowered before its graph is written to a file`);
}

/**
 * ONNX Runtime does not run nodes as they are listed: it looks at those whose results no other node uses, from the last one listed
 * to the first, and runs what each still needs. These ends of the graph are listed last, in reverse, so that everything runs as it was added. (Gradients
 * of weights would run after all others instead, with what they are computed from kept until then.)
 */
function inOrderOfExecution(
  nodes: readonly Node[],
  copies: readonly CopyToOutput[],
  nameOf: (value: Value | null) => string,
  isOutput: (value: Value) => boolean,
): NodeMessage[] {
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  const isWritten = (value: Value): boolean => used.has(value) || isOutput(value);
  const isEnd = (node: Node): boolean => !node.outputs.some((output) => used.has(output));
  const ends = nodes.filter(isEnd);
  const results = new Set(ends.flatMap(({ outputs }) => outputs));
  const encoded = (node: Node): NodeMessage => encodeNode(node, nameOf, isWritten);
  const copiesOf = (test: (value: Value) => boolean): NodeMessage[] => copies.filter(({ value }) => test(value)).map(({ node }) => node);
  return [
    ...nodes.filter((node) => !isEnd(node)).map(encoded),
    ...copiesOf((value) => !results.has(value)),
    // where an end is copied, its copy is the end
    ...ends.reverse().flatMap((node) => [encoded(node), ...copiesOf((value) => node.outputs.includes(value))]),
  ];
}

interface CopyToOutput {
  readonly value: Value;
  readonly node: NodeMessage;
}

/** A value computed by a node is written under the name of its (first) output; inputs and constants keep their own. */
function outputNames(graph: Graph): Map<Value, string> {
  const names = new Map<Value, string>();
  for (const [name, value] of graph.outputs) if (value.producer && !names.has(value)) names.set(value, name);
  return names;
}

/** Identity nodes for outputs that are inputs, constants, or already an output under another name; an input may keep its own. */
function copiesToOutputs(graph: Graph, names: ReadonlyMap<Value, string>): CopyToOutput[] {
  return [...graph.outputs]
    .filter(([name, value]) => (names.get(value) ?? value.name) !== name)
    .map(([name, value]) => ({ value, node: { opType: 'Identity', input: [names.get(value) ?? value.name], output: [name] } }));
}

/** Without those that are written as attributes. */
function inputsInFile({ rule, inputs }: Node): (Value | null)[] {
  return inputs.filter((_, index) => !rule.inputs[index]?.writtenAsAttribute);
}

function encodeNode(node: Node, nameOf: (value: Value | null) => string, isUsed: (value: Value) => boolean): NodeMessage {
  const { rule } = node;
  const kinds = rule.attributes ?? {};
  const inputs = inputsInFile(node).map(nameOf);
  while (inputs.at(-1) === '') inputs.pop();
  const integersOfInputs = rule.inputs.flatMap(({ name, writtenAsAttribute }, index): [string, readonly number[]][] => {
    const value = node.inputs[index];
    return writtenAsAttribute && value ? [[name, value.elements as readonly number[]]] : [];
  });
  return {
    name: nameOf(node.outputs[0]!),
    ...('name' in rule ? { opType: rule.name, domain: rule.domain } : { opType: node.operator }),
    input: inputs,
    output: node.outputs.filter((output, index) => index === 0 || rule.omitsOutputs !== true || isUsed(output)).map(nameOf),
    attribute: [
      ...Object.entries(node.attributes).map(([name, value]) => encodeAttribute(name, kinds[name]!, value)),
      ...integersOfInputs.map(([name, value]) => encodeAttribute(name, 'ints', value)),
    ],
  };
}

function encodeAttribute(name: string, kind: AttributeKind, value: AttributeValue): AttributeMessage {
  switch (kind) {
    case 'int':
      return { name, type: attributeTypes.INT, i: value as number };
    case 'float':
      return { name, type: attributeTypes.FLOAT, f: value as number };
    case 'ints':
      return { name, type: attributeTypes.INTS, ints: value as readonly number[] };
    case 'string':
      return { name, type: attributeTypes.STRING, s: Buffer.from(value as string) };
  }
}

function encodeValueInfo(name: string, dataType: DataType, shape: readonly Dimension[] | undefined): ValueInfoMessage {
  const dim = shape?.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: onnxDataTypes[dataType], ...(dim && { shape: { dim } }) } } };
}
