/** The tensors that stay with the sessions, in the memory of a device. Sessions copy and add there, and carry tensors up and down. */
import { Graph } from '../../graph/graph.js';
import { encodeOnnx } from '../../graph/onnx-file.js';
import { type DataType, elementCount, type TensorData } from '../../tensors/tensor-data.js';
import { OnnxSession, type Tensor } from '../onnxruntime/session.js';
import type { SessionSettings } from '../onnxruntime/session-options.js';
import { DeviceMemory, type DeviceTensor, type TensorType } from '../onnxruntime/tensors.js';
import { emptyTensor } from './processor-state.js';
import { missingTensor, type SessionState } from './session-state.js';

/** ONNX Runtime's names of the memory of devices. */
const memoryKinds = { webgpu: 'WebGPU_Buffer', cuda: 'Cuda' } as const;

/** Types of tensors carried: weights and pixels. */
const carried: ReadonlySet<DataType> = new Set(['float32', 'uint8']);

export type DeviceSettings = SessionSettings & { readonly device: keyof typeof memoryKinds };

export class DeviceState implements SessionState {
  private readonly tensors = new Map<string, DeviceTensor>();
  /** Names of those that have another owner. */
  private readonly lent = new Set<string>();
  /** By type and number of tensors. */
  private readonly copies = new Map<string, OnnxSession>();
  private readonly sum: OnnxSession;
  private readonly memory: DeviceMemory;

  /** @param settings of sessions that compute on the device */
  constructor(private readonly settings: DeviceSettings) {
    this.sum = OnnxSession.open(sumModel(), settings);
    const which = Number(settings.providerOptions?.device_id ?? 0);
    this.memory = new DeviceMemory(this.sum.pointer, memoryKinds[settings.device], settings.device === 'cuda' ? which : 0);
  }

  get names(): Iterable<string> {
    return this.tensors.keys();
  }

  /** Undefined where there is none of that name. */
  tensor(name: string): DeviceTensor | undefined {
    return this.tensors.get(name);
  }

  /** Keeps the memory of an existing tensor of the same type and shape. */
  write(name: string, tensor: TensorData): void {
    const old = this.tensors.get(name);
    const stays = old && isAsLarge(old, tensor) && old.shape.join() === tensor.shape.join();
    this.carry(tensor, stays ? old : this.placed(name, tensor));
  }

  read(name: string): TensorData {
    const tensor = this.tensors.get(name);
    if (!tensor) throw missingTensor(name);
    return this.download([tensor])[0]!;
  }

  /** @param tensors of one type: they come down together */
  download(tensors: readonly DeviceTensor[]): TensorData[] {
    return this.carryAll(
      tensors,
      tensors.map(({ dataType, shape }) => emptyTensor(dataType, shape)),
    );
  }

  /** Memory that belongs to no tensor of the state; the caller releases it. */
  place(type: TensorType): DeviceTensor {
    return this.memory.tensor(type);
  }

  /** New memory that becomes the tensor of a name. */
  private placed(name: string, type: TensorType): DeviceTensor {
    const place = this.place(type);
    this.replace(name, place);
    return place;
  }

  /** Copies from memory to memory, of the same type and shape. @returns the target */
  carry<To extends Tensor>(from: Tensor, to: To): To {
    this.carryAll([from], [to]);
    return to;
  }

  private carryAll<To extends Tensor>(from: readonly Tensor[], to: To[]): To[] {
    const [first] = from;
    if (!first) return to;
    const key = `${first.dataType} ${from.length}`;
    let session = this.copies.get(key);
    if (!session) {
      if (!carried.has(first.dataType)) throw new Error(`tensors of ${first.dataType} are not carried to devices`);
      session = OnnxSession.open(copyModel(first.dataType, from.length), this.settings);
      this.copies.set(key, session);
    }
    const named = <Of>(prefix: string, values: readonly Of[]): Record<string, Of> =>
      Object.fromEntries(values.map((value, index) => [`${prefix}${index}`, value]));
    session.run(named('x', from), named('y', to));
    return to;
  }

  /** Makes a tensor that a call has computed part of the state. */
  replace(name: string, tensor: DeviceTensor): void {
    if (this.tensors.get(name) === tensor) return;
    this.delete(name);
    this.tensors.set(name, tensor);
  }

  /** Makes somebody else's tensor part of the state, for as long as it has what it has now. */
  lend(name: string, tensor: DeviceTensor): void {
    this.replace(name, tensor);
    this.lent.add(name);
  }

  /** Copies a tensor of the state that belongs to somebody else, who is about to write another into its memory. */
  keep(name: string): void {
    if (!this.lent.has(name)) return;
    const tensor = this.tensors.get(name)!;
    this.replace(name, this.carry(tensor, this.place(tensor)));
  }

  /** Copies tensors, of one type, to those of their names, whose memory and shape stay where they are as large; the caller keeps them. */
  assign(tensors: Iterable<readonly [name: string, tensor: DeviceTensor]>): void {
    const others = [...tensors].filter(([name, tensor]) => this.tensors.get(name) !== tensor);
    const places = others.map(([name, tensor]) => {
      const old = this.tensors.get(name);
      return old && isAsLarge(old, tensor) ? old : this.placed(name, tensor);
    });
    this.carryAll(
      others.map(([, tensor], index) => tensor.inShape(places[index]!.shape)),
      places,
    );
  }

  /** Adds a tensor that a call has computed to the one that is there; the caller keeps it. */
  add(name: string, tensor: DeviceTensor): void {
    const old = this.tensors.get(name);
    if (!old) throw missingTensor(name);
    // not in place: a kernel does not read and write the same buffer
    const total = this.place(old);
    this.sum.run({ x: old, more: tensor.inShape(old.shape) }, { y: total });
    this.replace(name, total);
  }

  delete(name: string): void {
    if (!this.lent.delete(name)) this.tensors.get(name)?.release();
    this.tensors.delete(name);
  }

  release(): void {
    for (const name of [...this.names]) this.delete(name);
    this.memory.release();
    for (const session of [this.sum, ...this.copies.values()]) session.release();
  }
}

export function isAsLarge(a: TensorType, b: TensorType): boolean {
  return a.dataType === b.dataType && elementCount(a.shape) === elementCount(b.shape);
}

/** The sum y of x and more, tensors of any shape. */
function sumModel(): Uint8Array {
  const graph = new Graph();
  graph.output('y', graph.add('Add', [graph.input('x', 'float32', []), graph.input('more', 'float32', [])]));
  return encodeOnnx(graph, { anyShape: true });
}

/** Copies y0, y1, ... of x0, x1, ..., tensors of any shapes. */
function copyModel(dataType: DataType, count: number): Uint8Array {
  const graph = new Graph();
  for (let index = 0; index < count; index++) {
    graph.output(`y${index}`, graph.add('Identity', [graph.input(`x${index}`, dataType, [])]));
  }
  return encodeOnnx(graph, { anyShape: true });
}
