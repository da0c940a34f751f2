/** Tensors of a PyTorch file: a state dict written by `torch.save` since PyTorch 1.6, or a TorchScript archive. */
import type { FileHandle } from 'node:fs/promises';
import { openZip, type ZipArchive } from '../../support/archives/zip-archive.js';
import { UserError } from '../../support/errors.js';
import { fileError } from '../../support/files/file-errors.js';
import { openRegular } from '../../support/files/regular-file.js';
import { storedBytes } from '../../tensors/stored-types.js';
import { elementCount, floatTensor } from '../../tensors/tensor-data.js';
import { readPytorchPickle, type StoredView } from './pytorch-pickle.js';
import { floatingValues, type TensorSource } from './tensor-source.js';

/** A pickle of names and shapes takes some hundred bytes per tensor. */
const longestPickle = 2 ** 26;

/** @throws UserError when the file cannot be read, is damaged, or holds anything but tensors and plain containers. */
export async function openPytorchSource(path: string): Promise<TensorSource> {
  let file: FileHandle | undefined;
  try {
    file = await openRegular(path);
    const handle = file;
    const archive = await openZip(handle, path);
    const { folder, views } = await readContents(archive, path);
    return {
      path,
      tensors: new Map([...views].map(([name, { shape, storage }]) => [name, { shape, type: storage.type }])),
      async read(name) {
        try {
          return floatTensor(views.get(name)!.shape, await readView(archive, folder, views.get(name)!, name, path));
        } catch (error) {
          throw fileError('read', path, error);
        }
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await file?.close();
    throw fileError('read', path, error);
  }
}

/** The folder of the archive in which everything lies, and its tensors. */
async function readContents(archive: ZipArchive, path: string): Promise<{ folder: string; views: Map<string, StoredView> }> {
  const pickles = [...archive.members.values()].filter(({ name }) => /^[^/]+\/data\.pkl$/.test(name));
  const [pickle] = pickles;
  if (!pickle || pickles.length > 1) throw new UserError(`${path} is a ZIP archive, but not one that PyTorch wrote: it has no data.pkl.`);
  if (pickle.size > longestPickle) throw new UserError(`${path} cannot be used: its data.pkl takes ${pickle.size} bytes.`);
  const folder = pickle.name.slice(0, -'data.pkl'.length);
  const byteOrder = archive.members.get(`${folder}byteorder`);
  if (byteOrder && Buffer.from(await archive.read(byteOrder)).toString() !== 'little') {
    throw new UserError(`${path} cannot be used: its numbers are big-endian. Save it on a little-endian machine.`);
  }
  const views = readPytorchPickle(await archive.read(pickle), path);
  for (const [name, { storage }] of views) {
    const member = archive.members.get(`${folder}data/${storage.key}`);
    if (!member) throw new UserError(`${path} is damaged: it lacks the data of the tensor ${name}.`);
    if (member.size < storage.count * storedBytes[storage.type]) {
      throw new UserError(
        `${path} is damaged: the tensor ${name} needs ${storage.count * storedBytes[storage.type]} bytes, but ${member.size} are there.`,
      );
    }
  }
  return { folder, views };
}

async function readView(archive: ZipArchive, folder: string, view: StoredView, name: string, path: string): Promise<Float32Array> {
  const { storage, offset, shape, strides } = view;
  const count = elementCount(shape);
  const span = count === 0 ? 0 : 1 + shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, 0);
  const bytes = storedBytes[storage.type];
  const member = archive.members.get(`${folder}data/${storage.key}`)!;
  const { buffer } = await archive.read(member, offset * bytes, (offset + span) * bytes);
  const values = floatingValues(storage.type, buffer, name, path);
  return isContiguous(shape, strides) ? values : inRowMajorOrder(values, shape, strides);
}

/** True when elements lie in row-major order without gaps. */
function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  return shape.every((size, axis) => size === 1 || strides[axis] === elementCount(shape.slice(axis + 1)));
}

function inRowMajorOrder(values: Float32Array, shape: readonly number[], strides: readonly number[]): Float32Array {
  const result = new Float32Array(elementCount(shape));
  let next = 0;
  const copy = (axis: number, from: number): void => {
    if (axis === shape.length) result[next++] = values[from]!;
    else for (let index = 0; index < shape[axis]!; index++) copy(axis + 1, from + index * strides[axis]!);
  };
  copy(0, 0);
  return result;
}
