/** The content of the pickle inside a PyTorch file: tensors by dotted name, and the stored bytes in which they lie. Nothing is executed. */

import { asSentence, UserError } from '../../support/errors.js';
import { type PickleGlobal, readPickle } from '../../support/pickle.js';
import type { StoredType } from '../../tensors/stored-types.js';

/** Elements that one or several tensors show. */
export interface Storage {
  readonly key: string;
  readonly type: StoredType;
  /** Elements. */
  readonly count: number;
}

/** A tensor as PyTorch describes it: element (i, j, ...) is at offset + i strides[0] + j strides[1] + ... of its storage. */
export class StoredView {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

/** A module of a TorchScript archive: its attributes, and nothing of its code. */
class ScriptModule {
  attributes: unknown;
}

const storageTypes = new Map<string, StoredType>([
  ['torch.DoubleStorage', 'float64'],
  ['torch.FloatStorage', 'float32'],
  ['torch.HalfStorage', 'float16'],
  ['torch.BFloat16Storage', 'bfloat16'],
  ['torch.LongStorage', 'int64'],
  ['torch.IntStorage', 'int32'],
  ['torch.ShortStorage', 'int16'],
  ['torch.CharStorage', 'int8'],
  ['torch.ByteStorage', 'uint8'],
  ['torch.BoolStorage', 'bool'],
]);

/** Dictionaries within dictionaries, modules within modules: real files need a dozen. */
const deepest = 64;
/** Values met on the way through them: one shared by several is met several times. */
const mostVisits = 2 ** 18;
const mostAxes = 16;

/**
 * Reads `data.pkl` of a state dict, of dictionaries around state dicts, or of a TorchScript archive.
 * @param file for messages
 * @returns tensors by dotted name; other values are left out
 * @throws UserError when the pickle is damaged or holds anything but tensors and plain containers.
 */
export function readPytorchPickle(bytes: Uint8Array, file: string): Map<string, StoredView> {
  const fail = (problem: string): never => {
    throw new UserError(`${file} cannot be used: ${asSentence(problem)}`);
  };
  const root = readPickle(bytes, {
    file,
    find: (module, name) => findGlobal(`${module}.${name}`, fail),
    load: (id) => loadStorage(id, fail),
    build: (object, state) => {
      if (object instanceof ScriptModule) object.attributes = state;
      // an OrderedDict carries attributes that are no items (`_metadata`)
      else if (!(object instanceof Map)) fail('its pickle sets the state of an object that has none');
    },
  });
  const tensors = new Map<string, StoredView>();
  let visits = 0;
  const collect = (value: unknown, path: readonly string[]): void => {
    if (++visits > mostVisits) fail(`it holds more than ${mostVisits} values`);
    if (path.length > deepest) fail(`its containers are nested deeper than ${deepest}`);
    if (value instanceof StoredView) {
      const name = path.join('.');
      if (tensors.has(name)) fail(`it has two tensors ${JSON.stringify(name)}`);
      tensors.set(name, value);
    } else if (value instanceof ScriptModule) collect(value.attributes, path);
    else if (value instanceof Map) {
      for (const [key, item] of value) if (typeof key === 'string' || typeof key === 'number') collect(item, [...path, String(key)]);
    }
  };
  collect(root, []);
  return tensors;
}

const identity = (args: readonly unknown[]): unknown => args[0];

function findGlobal(name: string, fail: (problem: string) => never): PickleGlobal | undefined {
  if (storageTypes.has(name)) return { name };
  if (name.startsWith('__torch__.')) return { name, construct: () => new ScriptModule() };
  switch (name) {
    case 'collections.OrderedDict':
      return { name, construct: () => new Map() };
    case 'torch._utils._rebuild_tensor_v2':
      return { name, construct: ([storage, offset, shape, strides]) => describeTensor(storage, offset, shape, strides, fail) };
    // the tensor or list comes first; what follows says which type it has in Python
    case 'torch._utils._rebuild_parameter':
    case 'torch.Size':
    case 'torch.jit._pickle.build_intlist':
    case 'torch.jit._pickle.build_doublelist':
    case 'torch.jit._pickle.build_boollist':
    case 'torch.jit._pickle.build_tensorlist':
    case 'torch.jit._pickle.restore_type_tag':
      return { name, construct: identity };
  }
  return undefined;
}

/** @param id ('storage', the class of the storage, its key, the device, the number of elements) */
function loadStorage(id: unknown, fail: (problem: string) => never): Storage {
  const [kind, storageClass, key, , count] = Array.isArray(id) ? id : [];
  const type = storageTypes.get((storageClass as Partial<PickleGlobal> | null | undefined)?.name ?? '');
  if (kind !== 'storage' || !type || typeof key !== 'string' || !isSize(count)) return fail('it refers to a storage in an unknown way');
  return { key, type, count };
}

function describeTensor(storage: unknown, offset: unknown, shape: unknown, strides: unknown, fail: (problem: string) => never): StoredView {
  if (!isStorage(storage) || !isSize(offset) || !isSizes(shape) || !isSizes(strides) || shape.length !== strides.length) {
    return fail('it describes a tensor in an unknown way');
  }
  const last = offset + shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, 0);
  const elements = shape.reduce((product, size) => product * size, 1);
  // a tensor that repeats elements could be of any size
  if (elements > 0 && (last >= storage.count || elements > storage.count)) {
    fail(`a tensor of shape [${shape.join(', ')}] does not fit its storage of ${storage.count} elements`);
  }
  return new StoredView(storage, offset, [...shape], [...strides]);
}

function isStorage(value: unknown): value is Storage {
  return typeof value === 'object' && value !== null && 'count' in value && 'type' in value;
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= mostAxes && value.every(isSize);
}
