/** The tensors that stay with the sessions, in the memory of a device. Sessions copy and add there, and carry tensors up and down. */
import onnxProto from 'onnx-proto';
import { OnnxSession } from './onnxruntime/session.js';
import type { SessionSettings } from './onnxruntime/session-options.js';
import { DeviceMemory, type DeviceTensor, type TensorType } from './onnxruntime/tensors.js';
import { emptyTensor } from './processor-state.js';
import { missingTensor, type SessionState } from './session-state.js';
import { type DataType, elementCount, type TensorData } from './tensor-data.js';

/** ONNX Runtime's names of the memory of devices. */
const memoryKinds = { webgpu: 'WebGPU_Buffer', cuda: 'Cuda' } as const;

/** Types of what is carried: weights and pixels. */
const { FLOAT, UINT8 } = onnxProto.onnx.TensorProto.DataType;
const carried: Partial<Record<DataType, number>> = { float32: FLOAT, uint8: UINT8 };

export class DeviceState implements SessionState {
  private readonly tensors = new Map<string, DeviceTensor>();
  /** Names of those that belong to somebody else. */
  private readonly lent = new Set<string>();
  private readonly copies = new Map<DataType, OnnxSession>();
  private readonly sum: OnnxSession;
  private readonly memory: DeviceMemory;

  /** @param settings of sessions that compute on the device */
  constructor(private readonly settings: SessionSettings & { readonly device: keyof typeof memoryKinds }) {
    this.sum = OnnxSession.open(modelOf('Add', FLOAT, ['x', 'more']), settings);
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

  /** Where a tensor of the same type and shape is there, its memory stays. */
  write(name: string, tensor: TensorData): void {
    const old = this.tensors.get(name);
    const stays = old && isAsLarge(old, tensor) && old.shape.join() === tensor.shape.join();
    this.carry(tensor, stays ? old : this.placed(name, tensor));
  }

  read(name: string): TensorData {
    const tensor = this.tensors.get(name);
    if (!tensor) throw missingTensor(name);
    return this.download(tensor);
  }

  download(tensor: DeviceTensor): TensorData {
    const { dataType, shape } = tensor;
    return this.carry(tensor, emptyTensor(dataType, shape));
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
  carry<To extends TensorData | DeviceTensor>(from: TensorData | DeviceTensor, to: To): To {
    const { dataType } = from;
    let session = this.copies.get(dataType);
    if (!session) {
      const elemType = carried[dataType];
      if (elemType === undefined) throw new Error(`tensors of ${dataType} are not carried to devices`);
      session = OnnxSession.open(modelOf('Identity', elemType, ['x']), this.settings);
      this.copies.set(dataType, session);
    }
    session.run({ x: from }, { y: to });
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

  /** Copies a tensor to the one of the name, whose memory and shape stay where it is as large; the caller keeps it. */
  assign(name: string, tensor: DeviceTensor): void {
    const old = this.tensors.get(name);
    if (old === tensor) return;
    const to = old && isAsLarge(old, tensor) ? old : this.placed(name, tensor);
    this.carry(tensor.inShape(to.shape), to);
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

/** An ONNX model of one operator on tensors of any shape; its output is `y`. */
function modelOf(operator: string, elemType: number, inputs: readonly string[]): Uint8Array {
  const { onnx } = onnxProto;
  const type = { tensorType: { elemType } };
  const model = {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 18 }],
    graph: {
      name: operator,
      node: [{ opType: operator, input: inputs, output: ['y'] }],
      input: inputs.map((name) => ({ name, type })),
      output: [{ name: 'y', type }],
    },
  };
  return onnx.ModelProto.encode(onnx.ModelProto.fromObject(model)).finish();
}
