/**
 * The tensors that stay with the sessions, in buffers of a GPU (WebGPU). ONNX Runtime does not write into buffers that it is given, so what a
 * call returns takes the place of what it was fed; and it reads and writes buffers in sessions only, so small models copy and add.
 */
import onnxProto from 'onnx-proto';
import { InferenceSession, type Tensor } from 'onnxruntime-node';
import { existing, fromOrt, type SessionState, toOrt } from './session-state.js';
import type { TensorData } from './tensor-data.js';

export class GpuState implements SessionState {
  private readonly tensors = new Map<string, Tensor>();

  private constructor(
    private readonly upload: InferenceSession,
    private readonly download: InferenceSession,
    private readonly sum: InferenceSession,
  ) {}

  /** @param options of sessions that compute on the GPU */
  static async create(options: InferenceSession.SessionOptions): Promise<GpuState> {
    const onGpu = { ...options, preferredOutputLocation: 'gpu-buffer' } as const;
    return new GpuState(
      await InferenceSession.create(modelOf('Identity', ['x']), onGpu),
      await InferenceSession.create(modelOf('Identity', ['x']), options),
      await InferenceSession.create(modelOf('Add', ['x', 'more']), onGpu),
    );
  }

  get names(): Iterable<string> {
    return this.tensors.keys();
  }

  tensor(name: string): Tensor | undefined {
    return this.tensors.get(name);
  }

  async write(name: string, tensor: TensorData): Promise<void> {
    const { y } = await this.upload.run({ x: toOrt(tensor) });
    this.replace(name, y!);
  }

  async read(name: string): Promise<TensorData> {
    const { y } = await this.download.run({ x: existing(this, name) });
    return fromOrt(y!);
  }

  replace(name: string, tensor: Tensor): void {
    this.delete(name);
    this.tensors.set(name, tensor);
  }

  async add(name: string, tensor: Tensor): Promise<void> {
    const { y } = await this.sum.run({ x: existing(this, name), more: tensor });
    tensor.dispose();
    this.replace(name, y!);
  }

  delete(name: string): void {
    this.tensors.get(name)?.dispose();
    this.tensors.delete(name);
  }
}

/** An ONNX model of one operator on float32 tensors of any shape; its output is `y`. */
function modelOf(operator: string, inputs: readonly string[]): Uint8Array {
  const { onnx } = onnxProto;
  const float32 = { tensorType: { elemType: onnx.TensorProto.DataType.FLOAT } };
  const model = {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 18 }],
    graph: {
      name: operator,
      node: [{ opType: operator, input: inputs, output: ['y'] }],
      input: inputs.map((name) => ({ name, type: float32 })),
      output: [{ name: 'y', type: float32 }],
    },
  };
  return onnx.ModelProto.encode(onnx.ModelProto.fromObject(model)).finish();
}
