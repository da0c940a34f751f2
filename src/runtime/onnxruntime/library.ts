/**
 * ONNX Runtime's library, which its npm package brings, called through its C interface. The package's own binding passes on few of a provider's
 * options, copies every output, does not write into a GPU's buffers that it is given and holds no memory of CUDA.
 */

import { messageOf, UserError } from '../../support/errors.js';
import { koffi } from '../../support/koffi.js';
import { returnFreedMemory } from './freed-memory.js';
import { libraryPath } from './library-path.js';
import { disableTelemetry, wantsTelemetry } from './telemetry.js';

/** Version of the interface: a library has the functions of every earlier version, in the same places. */
const interfaceVersion = 20;

/** Types of arguments, as koffi calls them. */
const argumentTypes = {
  int: 'int',
  size: 'size_t',
  text: 'str',
  texts: 'const char **',
  /** Windows has paths of 16-bit characters. */
  path: process.platform === 'win32' ? 'str16' : 'str',
  /** An object of ONNX Runtime. */
  object: 'void *',
  objects: 'void **',
  /** Memory that is read or written in place. */
  data: 'void *',
  sizes: 'int64_t *',
} as const;

interface ArgumentValues {
  readonly int: number;
  readonly size: number;
  readonly text: string;
  readonly texts: readonly string[];
  readonly path: string;
  readonly object: bigint | null;
  readonly objects: BigUint64Array;
  readonly data: ArrayBufferView | bigint | null;
  readonly sizes: BigInt64Array;
}

interface Declaration {
  /** Index of the function in `struct OrtApi`, counted from 0: onnxruntime_c_api.h. */
  readonly place: number;
  readonly takes: readonly (keyof typeof argumentTypes)[];
  /** True when its result is its last argument in C. */
  readonly makes?: 'object' | 'size' | 'int';
}

const declarations = {
  CreateEnv: { place: 3, takes: ['int', 'text'], makes: 'object' },
  DisableTelemetryEvents: { place: 6, takes: ['object'] },
  CreateSession: { place: 7, takes: ['object', 'path', 'object'], makes: 'object' },
  CreateSessionFromArray: { place: 8, takes: ['object', 'data', 'size', 'object'], makes: 'object' },
  Run: { place: 9, takes: ['object', 'object', 'objects', 'objects', 'size', 'objects', 'size', 'objects'] },
  CreateSessionOptions: { place: 10, takes: [], makes: 'object' },
  EnableProfiling: { place: 14, takes: ['object', 'path'] },
  DisableMemPattern: { place: 17, takes: ['object'] },
  SetSessionGraphOptimizationLevel: { place: 23, takes: ['object', 'int'] },
  SetIntraOpNumThreads: { place: 24, takes: ['object', 'int'] },
  SessionGetInputCount: { place: 30, takes: ['object'], makes: 'size' },
  SessionGetOutputCount: { place: 31, takes: ['object'], makes: 'size' },
  SessionGetInputTypeInfo: { place: 33, takes: ['object', 'size'], makes: 'object' },
  SessionGetOutputTypeInfo: { place: 34, takes: ['object', 'size'], makes: 'object' },
  SessionGetInputName: { place: 36, takes: ['object', 'size', 'object'], makes: 'object' },
  SessionGetOutputName: { place: 37, takes: ['object', 'size', 'object'], makes: 'object' },
  CreateTensorAsOrtValue: { place: 48, takes: ['object', 'sizes', 'size', 'int'], makes: 'object' },
  CreateTensorWithDataAsOrtValue: { place: 49, takes: ['object', 'data', 'size', 'sizes', 'size', 'int'], makes: 'object' },
  GetTensorMutableData: { place: 51, takes: ['object'], makes: 'object' },
  CastTypeInfoToTensorInfo: { place: 55, takes: ['object'], makes: 'object' },
  GetTensorElementType: { place: 60, takes: ['object'], makes: 'int' },
  GetDimensionsCount: { place: 61, takes: ['object'], makes: 'size' },
  GetDimensions: { place: 62, takes: ['object', 'sizes', 'size'] },
  GetSymbolicDimensions: { place: 63, takes: ['object', 'objects', 'size'] },
  GetTensorTypeAndShape: { place: 65, takes: ['object'], makes: 'object' },
  CreateMemoryInfo: { place: 68, takes: ['text', 'int', 'int', 'int'], makes: 'object' },
  AllocatorFree: { place: 76, takes: ['object', 'object'] },
  GetAllocatorWithDefaultOptions: { place: 78, takes: [], makes: 'object' },
  SessionEndProfiling: { place: 110, takes: ['object', 'object'], makes: 'object' },
  AddSessionConfigEntry: { place: 130, takes: ['object', 'text', 'text'] },
  CreateAllocator: { place: 131, takes: ['object', 'object'], makes: 'object' },
  SessionOptionsAppendExecutionProvider_CUDA_V2: { place: 204, takes: ['object', 'object'] },
  CreateCUDAProviderOptions: { place: 205, takes: [], makes: 'object' },
  UpdateCUDAProviderOptions: { place: 206, takes: ['object', 'texts', 'texts', 'size'] },
  SessionOptionsAppendExecutionProvider: { place: 216, takes: ['object', 'text', 'texts', 'texts', 'size'] },
} as const satisfies Readonly<Record<string, Declaration>>;

/** Functions that free an object and cannot fail. */
const releases = {
  ReleaseStatus: 93,
  ReleaseMemoryInfo: 94,
  ReleaseSession: 95,
  ReleaseValue: 96,
  ReleaseTypeInfo: 98,
  ReleaseTensorTypeAndShapeInfo: 99,
  ReleaseSessionOptions: 100,
  ReleaseAllocator: 132,
  ReleaseCUDAProviderOptions: 208,
} as const;

const getErrorMessage = 2;

type Declarations = typeof declarations;
type Made<Of extends Declaration> = Of extends { readonly makes: 'object' }
  ? bigint
  : Of extends { readonly makes: string }
    ? number
    : undefined;
type Arguments<Takes extends readonly (keyof ArgumentValues)[]> = { -readonly [Place in keyof Takes]: ArgumentValues[Takes[Place]] };

/** Functions of ONNX Runtime by their names in C; where one fails, it throws an Error with ONNX Runtime's message. */
export type OnnxRuntime = {
  readonly [Name in keyof Declarations]: (...values: Arguments<Declarations[Name]['takes']>) => Made<Declarations[Name]>;
} & { readonly [Name in keyof typeof releases]: (object: bigint) => void } & {
  /** The environment of this process. */
  readonly environment: bigint;
};

/** Stack of calls, which run on koffi's memory: a session is made with recursion over its graph. */
const stackBytes = 8 * 2 ** 20;

let loaded: OnnxRuntime | undefined;

/** @throws UserError when the library is not there or cannot be loaded. */
export function onnxRuntime(): OnnxRuntime {
  loaded ??= load(libraryPath());
  return loaded;
}

function load(path: string): OnnxRuntime {
  koffi.config({ ...koffi.config(), sync_stack_size: stackBytes });
  disableTelemetry();
  const library = loadLibrary(path);
  pin(path);
  returnFreedMemory();
  const base = library.func('void *OrtGetApiBase()')() as bigint;
  const [getApi] = koffi.decode(base, 'void *', 1) as [bigint];
  const functions = koffi.call(getApi, koffi.proto('void *', ['uint32_t']), interfaceVersion) as bigint | null;
  if (functions === null) throw new Error(`${path} is too old: it has no interface of version ${interfaceVersion}`);
  const last = Math.max(...Object.values(declarations).map(({ place }) => place), ...Object.values(releases));
  const table = koffi.decode(functions, 'void *', last + 1) as bigint[];
  const functionAt = (place: number, result: string, takes: readonly KoffiType[]): Call =>
    koffi.decode(table[place], koffi.proto(result, [...takes] as never)) as Call;
  const messageOf = functionAt(getErrorMessage, 'const char *', ['void *']);
  const released = Object.fromEntries(Object.entries(releases).map(([name, place]) => [name, functionAt(place, 'void', ['void *'])]));
  const check = (status: unknown): void => {
    if (status === null) return;
    const message = messageOf(status) as string;
    released.ReleaseStatus!(status);
    throw new Error(message);
  };
  const declared = Object.entries(declarations).map(([name, declaration]) => {
    const { place, takes, makes }: Declaration = declaration;
    const types: KoffiType[] = takes.map((type) => argumentTypes[type]);
    if (makes === undefined) {
      const call = functionAt(place, 'void *', types);
      return [name, (...values: unknown[]) => check(call(...values))];
    }
    const call = functionAt(place, 'void *', [...types, koffi.out(koffi.pointer(argumentTypes[makes]))]);
    const made = (...values: unknown[]): unknown => {
      const result: unknown[] = [null];
      check(call(...values, result));
      return makes === 'size' ? Number(result[0]) : result[0];
    };
    return [name, made];
  });
  const runtime = { ...released, ...Object.fromEntries(declared) } as OnnxRuntime;
  const environment = runtime.CreateEnv(fatal, 'antonym');
  // Windows builds hand events to the system's tracing whatever the variable says
  if (!wantsTelemetry()) runtime.DisableTelemetryEvents(environment);
  return { ...runtime, environment };
}

/** @throws UserError with the system's reason. */
function loadLibrary(path: string): ReturnType<typeof koffi.load> {
  try {
    return koffi.load(path);
  } catch (error) {
    const advice = isMusl() ? ' It is built for glibc, and this system, such as Alpine, has musl: use an image such as node:22-slim.' : '';
    const message = `ONNX Runtime's library cannot be loaded: ${messageOf(error)}.${advice}`;
    throw new UserError(message, { cause: error, code: 'ERR_ANTONYM_NO_RUNTIME' });
  }
}

/** True on Linux with another C library than glibc. */
function isMusl(): boolean {
  if (process.platform !== 'linux') return false;
  const { header } = process.report.getReport() as { readonly header: { readonly glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined;
}

/**
 * Keeps a library that is loaded for as long as the process lasts: koffi gives it up when a thread ends or collects garbage, but threads of its own
 * run on in it.
 */
function pin(path: string): void {
  if (process.platform === 'win32') {
    const handle = koffi.out(koffi.pointer('void *'));
    const pinFlag = 1;
    koffi.load('kernel32.dll').func('GetModuleHandleExW', 'bool', ['uint32_t', 'str16', handle])(pinFlag, path, [null]);
    return;
  }
  const now = 2;
  const noDelete = process.platform === 'darwin' ? 0x80 : 0x1000;
  koffi.load(null).func('dlopen', 'void *', ['str', 'int'])(path, now | noDelete);
}

type KoffiType = string | ReturnType<typeof koffi.out>;
type Call = (...values: unknown[]) => unknown;

/** Severity from which ONNX Runtime writes to stderr: failures are Errors anyway. */
const fatal = 4;

/** The text at an address. */
export function textAt(address: bigint): string {
  return koffi.decode.string(address);
}

/** The bytes at an address: they are those themselves, no copy. */
export function bytesAt(address: bigint, length: number): Uint8Array {
  return new Uint8Array(koffi.view(address, length));
}
