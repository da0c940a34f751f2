import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openWeights } from '#antonym/backbones/weights/open-weights.js';
import { readPytorchPickle } from '#antonym/backbones/weights/pytorch-pickle.js';
import { UserError } from '#antonym/support/errors.js';
import { encodeSafetensors } from '#antonym/tensors/safetensors.js';
import { floatTensor } from '#antonym/tensors/tensor-data.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';

const folder = await temporaryFolder();
/** See make_pytorch_files.py there. */
const fixture = (name: string): string => fileURLToPath(new URL(`golden/${name}`, import.meta.url));

interface ExpectedTensor {
  readonly shape: number[];
  readonly type: string;
  readonly values: (number | string)[];
}
const expected = JSON.parse(await readFile(fixture('expected.json'), 'utf8')) as Record<string, Record<string, ExpectedTensor>>;

/** Everything in a file: values of tensors of floating-point numbers, types of others. */
async function contentOf(path: string): Promise<Record<string, unknown>> {
  const source = await openWeights(path);
  try {
    const content: [string, unknown][] = [];
    for (const [name, { shape, type }] of source.tensors) {
      const values = type.includes('float') ? [...(await source.read(name)).data] : undefined;
      content.push([name, { shape: [...shape], type, values }]);
    }
    return Object.fromEntries(content);
  } finally {
    await source.close();
  }
}

const expectedContent = (name: string): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(expected[name]!).map(([tensor, { shape, type, values }]) => {
      const numbers = type.includes('float') ? values.map((value) => Math.fround(Number(value))) : undefined;
      return [tensor, { shape, type, values: numbers }];
    }),
  );

describe('files that PyTorch wrote', () => {
  test.each(['state-dict.pth', 'training.pt', 'parameters.pth', 'script.pt'])('%s has the tensors that PyTorch reads', async (name) => {
    expect(await contentOf(fixture(name))).toEqual(expectedContent(name));
  });

  test('one that asks for more than tensors is refused by the name of what it asks for', async () => {
    await expect(openWeights(fixture('refused.pth'))).rejects.toThrow(/asks for "fractions.Fraction", and only tensors/);
  });

  test('a tensor of integers cannot be read as weights', async () => {
    const source = await openWeights(fixture('state-dict.pth'));
    await expect(source.read('int64')).rejects.toThrow(/the tensor int64 is of type int64, not of a floating-point type/);
    await source.close();
  });

  test('cut off anywhere: refused', async () => {
    const whole = await readFile(fixture('parameters.pth'));
    const path = join(folder, 'cut.pth');
    for (let length = 0; length < whole.length; length++) {
      await writeFile(path, whole.subarray(0, length));
      await expect(contentOf(path), `${length} bytes`).rejects.toThrow(UserError);
    }
  });

  test('with any bit changed: refused, or read as it was', async () => {
    const whole = await readFile(fixture('parameters.pth'));
    const right = expectedContent('parameters.pth');
    const path = join(folder, 'changed.pth');
    let refused = 0;
    for (const [place, byte] of whole.entries()) {
      const changed = Buffer.from(whole);
      changed[place] = byte ^ (1 << (place % 8));
      await writeFile(path, changed);
      const content = await contentOf(path).catch((error: unknown) => error);
      if (content instanceof UserError) refused++;
      else expect(content, `byte ${place}`).toEqual(right);
    }
    expect(refused).toBeGreaterThan(whole.length / 4);
  });
});

describe('pickles', () => {
  /** As `torch.save` writes it for {"w": a float32 tensor [2] of a storage of 2}; whatever is changed in it, no checksum tells. */
  const pickle = Buffer.concat([
    Buffer.from('\x80\x02}X\x01\x00\x00\x00wctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\n', 'latin1'),
    Buffer.from('X\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x02tQK\x00K\x02\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtRs.', 'latin1'),
  ]);

  /** A Map, or a UserError; anything else fails the test. */
  const readOrRefuse = (bytes: Uint8Array): ReadonlyMap<string, unknown> | undefined => {
    try {
      return readPytorchPickle(bytes, 'file');
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  };

  test('describe tensors', () => {
    const storage = { key: '0', type: 'float32', count: 2 };
    expect(readOrRefuse(pickle)?.get('w')).toMatchObject({ storage, offset: 0, shape: [2], strides: [1] });
  });

  test('with any bits changed, cut off, or of any operations: a result or a message', () => {
    for (let bit = 0; bit < pickle.length * 8; bit++) {
      const changed = Buffer.from(pickle);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      readOrRefuse(changed);
      readOrRefuse(changed.subarray(0, bit >> 3));
    }
    const pieces = [...'\x80\x02(0e2N\x88J\x00\x00\x00\x01K\x05]a)t\x85\x86\x87}suRb\x81Qq\x00h\x00\x94.'].map((code) =>
      Buffer.from(code, 'latin1'),
    );
    const words = [
      'ctorch\nFloatStorage\n',
      'ctorch._utils\n_rebuild_tensor_v2\n',
      'ccollections\nOrderedDict\n',
      'c__torch__\nA\n',
      'X\x01\x00\x00\x00w',
    ];
    const piece = fc.oneof(
      fc.constantFrom(...pieces, ...words.map((word) => Buffer.from(word, 'latin1'))),
      fc.uint8Array({ maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (list) => void readOrRefuse(Buffer.concat([...list, Buffer.from('.')]))),
      { numRuns: 3000 },
    );
  });

  test.each<[string, string, RegExp]>([
    ['a call of a function of the system', 'cos\nsystem\nX\x02\x00\x00\x00ls\x85R.', /asks for "os.system"/],
    ['a call by a name on the stack', 'X\x02\x00\x00\x00osX\x06\x00\x00\x00system\x93)R.', /asks for "os.system"/],
    ['an inherited name', 'cconstructor\nconstructor\n)R.', /asks for "constructor.constructor"/],
    ['a dictionary in itself', '}q\x00X\x01\x00\x00\x00ah\x00s.', /nested deeper than 64/],
    ['sets', '\x8f.', /the operation 0x8f/],
    ['a mark that is not there', 't.', /it returns to a missing mark/],
    ['an integer too long', '\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01.', /an integer of 9 bytes/],
  ])('refuse %s', (_, text, message) => {
    expect(() => readPytorchPickle(Buffer.from(text, 'latin1'), 'file')).toThrow(message);
  });

  test('refuse dictionaries that are shared to an exponential number', () => {
    // each dictionary holds the one before it twice
    const layer = (index: number): string =>
      `}X\x01\x00\x00\x00ah${String.fromCharCode(index)}sX\x01\x00\x00\x00bh${String.fromCharCode(index)}sq`;
    const text = `}q\x00${Array.from({ length: 40 }, (__, index) => layer(index) + String.fromCharCode(index + 1)).join('')}.`;
    expect(() => readPytorchPickle(Buffer.from(text, 'latin1'), 'file')).toThrow(/more than 262144 values/);
  });

  test.each<[string, string, RegExp]>([
    ['that is larger than its storage', 'K\x00K\x03\x85K\x01\x85', /shape \[3\] does not fit its storage of 2 elements/],
    ['that starts behind its storage', 'K\x02K\x01\x85K\x01\x85', /does not fit its storage/],
    ['that repeats one element without end', 'K\x00J\x00\x00\x00\x40\x85K\x00\x85', /does not fit its storage/],
    ['with more axes than strides', 'K\x00K\x01K\x01\x86K\x01\x85', /in an unknown way/],
    ['of negative size', 'K\x00J\xff\xff\xff\xff\x85K\x01\x85', /in an unknown way/],
  ])('refuse a tensor %s', (_, layout, message) => {
    const text = pickle.toString('latin1').replace('K\x00K\x02\x85K\x01\x85', layout);
    expect(() => readPytorchPickle(Buffer.from(text, 'latin1'), 'file')).toThrow(message);
  });
});

describe('safetensors', () => {
  const [first, second] = [floatTensor([2], [1, 2]), floatTensor([1, 1], [3])];
  const write = (path: string, tensors: Record<string, typeof first>): Promise<void> =>
    writeFile(path, Buffer.concat(encodeSafetensors({ tensors: new Map(Object.entries(tensors)), metadata: {} })));

  test('half precision is widened exactly', async () => {
    const header = JSON.stringify({
      half: { dtype: 'F16', shape: [3], data_offsets: [0, 6] },
      brain: { dtype: 'BF16', shape: [2], data_offsets: [6, 10] },
    });
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    // 0.333251953125, -0, the smallest subnormal; 1, -3
    const data = Buffer.from(Uint16Array.of(0x3555, 0x8000, 1, 0x3f80, 0xc040).buffer);
    const path = join(folder, 'half.safetensors');
    await writeFile(path, Buffer.concat([length, Buffer.from(header), data]));
    expect(await contentOf(path)).toEqual({
      half: { shape: [3], type: 'float16', values: [0.333251953125, -0, 2 ** -24] },
      brain: { shape: [2], type: 'bfloat16', values: [1, -3] },
    });
  });

  test('of several files are found by their index, in a folder too', async () => {
    const path = join(folder, 'sharded');
    await mkdir(path);
    await write(join(path, 'model-1.safetensors'), { a: first });
    await write(join(path, 'model-2.safetensors'), { b: second });
    const index = join(path, 'model.safetensors.index.json');
    const map = { a: 'model-1.safetensors', b: 'model-2.safetensors' };
    await writeFile(index, JSON.stringify({ metadata: { total_size: 12 }, weight_map: map }));
    expect(await contentOf(path)).toMatchObject({ a: { values: [1, 2] }, b: { values: [3] } });
    await writeFile(index, JSON.stringify({ weight_map: { ...map, c: 'model-2.safetensors' } }));
    await expect(openWeights(index)).rejects.toThrow(/says that model-2.safetensors holds the tensor c, but it does not/);
    for (const outside of ['../model-1.safetensors', '/etc/passwd', 'model-1.pth']) {
      await writeFile(index, JSON.stringify({ weight_map: { a: outside } }));
      await expect(openWeights(index)).rejects.toThrow(/must be the name of a safetensors file beside it/);
    }
  });
});

describe('what cannot be weights', () => {
  test.each<[string, string | Buffer, RegExp]>([
    ['an empty file', '', /it is empty/],
    ['a web page', '<!DOCTYPE html><html>Not found</html>', /it is a web page/],
    ['a pointer of Git LFS', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n', /git lfs pull/],
    ['a picture', Buffer.from('\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR', 'latin1'), /is not a file of weights: it is a picture\.$/],
    ['bytes of no known kind', Buffer.from([0x1c, 7, 1, 2, 3, 4, 5, 6, 7]), /neither safetensors nor a file that PyTorch 1.6/],
  ])('%s is named', async (_, content, message) => {
    const path = join(folder, 'other');
    await writeFile(path, content);
    await expect(openWeights(path)).rejects.toThrow(message);
  });

  test('PyTorch before 1.6, missing files and folders with none or several are named', async () => {
    await expect(openWeights(fixture('legacy.pth'))).rejects.toThrow(/PyTorch before 1.6 wrote it/);
    await expect(openWeights(join(folder, 'missing.pt'))).rejects.toThrow(/Cannot read .*missing.pt: it does not exist/);
    const path = join(folder, 'several');
    await mkdir(path);
    await expect(openWeights(path)).rejects.toThrow(/has no file of weights in it/);
    await writeFile(join(path, 'b.pt'), '');
    await writeFile(join(path, 'a.pth'), '');
    await expect(openWeights(path)).rejects.toThrow(/several files of weights in it: name one of a.pth, b.pt/);
  });
});
