/** A model that ONNX Runtime has loaded. */
import type { TensorData } from '../../tensors/tensor-data.js';
import { onnxRuntime, textAt } from './library.js';
import type { InputOrOutput, ModelSignature } from './model-signature.js';
import { makeSessionOptions, type SessionSettings } from './session-options.js';
import { copyOfValue, DeviceTensor, dataTypeOf, dimensionsOf, valueOver } from './tensors.js';

/** In the processor's memory or a device's. */
export type Tensor = TensorData | DeviceTensor;

export class OnnxSession {
  private constructor(
    /** ONNX Runtime's object. */
    readonly pointer: bigint,
    readonly signature: ModelSignature,
    /** ONNX Runtime's texts of names. */
    private readonly inputNames: ReadonlyMap<string, bigint>,
    private readonly outputNames: ReadonlyMap<string, bigint>,
  ) {}

  /**
   * @param source the path or the bytes of an ONNX file
   * @throws Error with ONNX Runtime's message when it is none, or the device refuses.
   */
  static open(source: string | Uint8Array, settings: SessionSettings): OnnxSession {
    const { environment, CreateSession, CreateSessionFromArray, ReleaseSessionOptions, ...runtime } = onnxRuntime();
    const options = makeSessionOptions(settings);
    let pointer: bigint;
    try {
      pointer =
        typeof source === 'string'
          ? CreateSession(environment, source, options)
          : CreateSessionFromArray(environment, source, source.byteLength, options);
    } finally {
      ReleaseSessionOptions(options);
    }
    const allocator = runtime.GetAllocatorWithDefaultOptions();
    const count = { inputs: runtime.SessionGetInputCount(pointer), outputs: runtime.SessionGetOutputCount(pointer) };
    const inputNames = indices(count.inputs).map((index) => runtime.SessionGetInputName(pointer, index, allocator));
    const outputNames = indices(count.outputs).map((index) => runtime.SessionGetOutputName(pointer, index, allocator));
    try {
      const signature = {
        inputs: inputNames.map((name, index) => describe(textAt(name), runtime.SessionGetInputTypeInfo(pointer, index))),
        outputs: outputNames.map((name, index) => describe(textAt(name), runtime.SessionGetOutputTypeInfo(pointer, index))),
      };
      return new OnnxSession(pointer, signature, namesByText(inputNames), namesByText(outputNames));
    } catch (error) {
      runtime.ReleaseSession(pointer);
      throw error;
    }
  }

  /**
   * Computes. Blocks the thread.
   * @param inputs all that the model has
   * @param outputs names of the outputs, and the memory to write them into: by default new memory of the processor
   * @returns the outputs
   * @throws Error with ONNX Runtime's message.
   */
  run<Place extends Tensor>(
    inputs: Readonly<Record<string, Tensor>>,
    outputs: Readonly<Record<string, Place | undefined>>,
  ): Record<string, Place | TensorData> {
    const { Run, ReleaseValue } = onnxRuntime();
    const own: bigint[] = [];
    const toValue = (tensor: Tensor): bigint => {
      if (tensor instanceof DeviceTensor) return tensor.value;
      const value = valueOver(tensor);
      own.push(value);
      return value;
    };
    try {
      const fed = Object.entries(inputs);
      const wanted = Object.entries(outputs);
      const inputNames = BigUint64Array.from(fed, ([name]) => this.inputNames.get(name)!);
      const outputNames = BigUint64Array.from(wanted, ([name]) => this.outputNames.get(name)!);
      const inputValues = BigUint64Array.from(fed, ([, tensor]) => toValue(tensor));
      const outputValues = BigUint64Array.from(wanted, ([, place]) => (place ? toValue(place) : 0n));
      Run(this.pointer, null, inputNames, inputValues, fed.length, outputNames, wanted.length, outputValues);
      for (const [index, [, place]] of wanted.entries()) if (!place) own.push(outputValues[index]!);
      return Object.fromEntries(wanted.map(([name, place], index) => [name, place ?? copyOfValue(outputValues[index]!, name)]));
    } finally {
      for (const value of own) ReleaseValue(value);
    }
  }

  /** Ends the profile of a session that has one. @returns its file, JSON */
  endProfile(): string {
    const { SessionEndProfiling, GetAllocatorWithDefaultOptions, AllocatorFree } = onnxRuntime();
    const allocator = GetAllocatorWithDefaultOptions();
    const address = SessionEndProfiling(this.pointer, allocator);
    const path = textAt(address);
    AllocatorFree(allocator, address);
    return path;
  }

  release(): void {
    const { ReleaseSession, GetAllocatorWithDefaultOptions, AllocatorFree } = onnxRuntime();
    const allocator = GetAllocatorWithDefaultOptions();
    for (const name of [...this.inputNames.values(), ...this.outputNames.values()]) AllocatorFree(allocator, name);
    ReleaseSession(this.pointer);
  }
}

function indices(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function namesByText(names: readonly bigint[]): ReadonlyMap<string, bigint> {
  return new Map(names.map((name) => [textAt(name), name]));
}

/** @param type which it releases */
function describe(name: string, type: bigint): InputOrOutput {
  const { CastTypeInfoToTensorInfo, GetTensorElementType, GetSymbolicDimensions, ReleaseTypeInfo } = onnxRuntime();
  try {
    const info = CastTypeInfoToTensorInfo(type);
    if (info === null) throw new Error(`${name} is not a tensor`);
    const sizes = dimensionsOf(info);
    const free = new BigUint64Array(sizes.length);
    if (sizes.length > 0) GetSymbolicDimensions(info, free, free.length);
    const shape = sizes.map((size, axis) => (size < 0 ? textAt(free[axis]!) : size));
    return { name, dataType: dataTypeOf(GetTensorElementType(info), name), shape };
  } finally {
    ReleaseTypeInfo(type);
  }
}
