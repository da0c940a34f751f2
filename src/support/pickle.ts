/**
 * A reader of Python pickles that executes nothing: globals are looked up in a table of the caller's own functions, and a file
 * that names any other is refused. Reads what protocols 2 to 5 write for plain containers and reduced objects.
 * https://docs.python.org/3/library/pickletools.html, https://github.com/python/cpython/blob/main/Lib/pickle.py
 */
import { UserError } from './errors.js';

/** A class or function that a pickle names; `construct`, present when it may be called, is the caller's own. */
export interface PickleGlobal {
  readonly name: string;
  readonly construct?: (args: readonly unknown[]) => unknown;
}

export interface PickleOptions {
  /** The meaning of a global; undefined refuses the file. */
  find(module: string, name: string): PickleGlobal | undefined;
  /** The object of a persistent id, a reference to something outside the pickle. */
  load(id: unknown): unknown;
  /** Gives an object its stored state. */
  build(object: unknown, state: unknown): void;
  /** The beginning of messages. */
  readonly file: string;
}

/** Limit of values ever pushed or remembered: files of weights need thousands. */
const mostValues = 2 ** 20;

/**
 * The value of a pickle: null, booleans, numbers, strings, `Uint8Array` for bytes, arrays for tuples and lists, `Map` for
 * dictionaries, and whatever `construct` and `load` return.
 * @throws UserError for a damaged pickle, and for one with other content.
 */
export function readPickle(bytes: Uint8Array, options: PickleOptions): unknown {
  return new PickleReader(bytes, options).read();
}

class PickleReader {
  private readonly view: Buffer;
  private at = 0;
  private stack: unknown[] = [];
  /** The stacks below each mark. */
  private readonly below: unknown[][] = [];
  private readonly memo = new Map<number, unknown>();
  private values = 0;

  constructor(
    bytes: Uint8Array,
    private readonly options: PickleOptions,
  ) {
    this.view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  read(): unknown {
    for (;;) {
      const code = this.bytes(1)[0]!;
      if (code === stop) return this.pop();
      const operation = operations.get(code);
      if (!operation) this.fail(`the operation 0x${code.toString(16)} is not one of plain containers`);
      else operation(this);
    }
  }

  fail(problem: string): never {
    throw new UserError(`${this.options.file} cannot be used: its pickle is damaged or holds more than tensors: ${problem}.`);
  }

  private refuse(name: string): never {
    throw new UserError(
      `${this.options.file} is refused: it asks for ${JSON.stringify(name)}, and only tensors and plain containers are read. ` +
        'Save only its tensors, in Python: torch.save(model.state_dict(), path), or as safetensors.',
    );
  }

  push(value: unknown): void {
    this.count();
    this.stack.push(value);
  }

  /** Bounds memory and time for a file of any size: the count never falls. */
  private count(): void {
    if (++this.values > mostValues) this.fail(`it has more than ${mostValues} values`);
  }

  pop(): unknown {
    if (this.stack.length === 0) this.fail('it takes a missing value');
    return this.stack.pop();
  }

  top(): unknown {
    if (this.stack.length === 0) this.fail('it uses a missing value');
    return this.stack.at(-1);
  }

  mark(): void {
    this.count();
    this.below.push(this.stack);
    this.stack = [];
  }

  /** The values since the last mark. */
  sinceMark(): unknown[] {
    const values = this.stack;
    this.stack = this.below.pop() ?? this.fail('it returns to a missing mark');
    return values;
  }

  bytes(length: number): Buffer {
    if (length > this.view.length - this.at) this.fail('it ends too early');
    this.at += length;
    return this.view.subarray(this.at - length, this.at);
  }

  byte(): number {
    return this.bytes(1)[0]!;
  }

  uint32(): number {
    return this.bytes(4).readUInt32LE();
  }

  /** A length of 8 bytes. */
  length64(): number {
    return Number(this.bytes(8).readBigUInt64LE());
  }

  string(length: number): string {
    return this.bytes(length).toString('utf8');
  }

  line(): string {
    const end = this.view.indexOf('\n', this.at);
    if (end < 0) this.fail('it ends too early');
    const line = this.string(end - this.at);
    this.at = end + 1;
    return line;
  }

  /** A signed integer of any length, exact or refused. */
  long(length: number): number {
    const digits = this.bytes(length);
    let value = 0n;
    for (let index = 0; index < Math.min(length, 9); index++) value |= BigInt(digits[index]!) << BigInt(8 * index);
    const number = Number(BigInt.asIntN(8 * Math.min(length, 9), value));
    if (length > 8 || !Number.isSafeInteger(number)) this.fail(`it has an integer of ${length} bytes`);
    return number;
  }

  global(module: unknown, name: unknown): void {
    if (typeof module !== 'string' || typeof name !== 'string') this.fail('the name of a global is not a string');
    this.push(this.options.find(module, name) ?? this.refuse(`${module}.${name}`));
  }

  /** Replaces a callable and its arguments by what it returns. */
  call(): void {
    const args = this.pop();
    const callable = this.pop();
    if (!Array.isArray(args)) this.fail('the arguments of a call are not a tuple');
    if (!isCallable(callable)) this.fail('it calls something that is not a function');
    this.push(callable.construct(args));
  }

  build(): void {
    const state = this.pop();
    this.options.build(this.top(), state);
  }

  append(values: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list)) this.fail('it appends to something that is not a list');
    for (const value of values) list.push(value);
  }

  setItems(items: readonly unknown[]): void {
    const map = this.top();
    if (!(map instanceof Map)) this.fail('it sets items of something that is not a dictionary');
    if (items.length % 2 !== 0) this.fail('a key has no value');
    for (let index = 0; index < items.length; index += 2) map.set(items[index], items[index + 1]);
  }

  load(): void {
    this.push(this.options.load(this.pop()));
  }

  remember(key: number): void {
    this.count();
    this.memo.set(key, this.top());
  }

  rememberNext(): void {
    this.remember(this.memo.size);
  }

  recall(key: number): void {
    if (!this.memo.has(key)) this.fail(`it recalls value ${key}, which is missing`);
    this.push(this.memo.get(key));
  }

  tuple(length: number): void {
    this.push(Array.from({ length }, () => this.pop()).reverse());
  }
}

function isCallable(value: unknown): value is Required<PickleGlobal> {
  return typeof value === 'object' && value !== null && 'construct' in value && typeof value.construct === 'function';
}

const stop = 0x2e;

/** The operations of pickletools, by code. */
const operations: ReadonlyMap<number, (reader: PickleReader) => void> = new Map([
  [0x80, (r) => void r.byte()], // PROTO
  [0x95, (r) => void r.bytes(8)], // FRAME
  [0x28, (r) => r.mark()], // MARK
  [0x30, (r) => void r.pop()], // POP
  [0x31, (r) => void r.sinceMark()], // POP_MARK
  [0x32, (r) => r.push(r.top())], // DUP
  [0x4e, (r) => r.push(null)], // NONE
  [0x88, (r) => r.push(true)], // NEWTRUE
  [0x89, (r) => r.push(false)], // NEWFALSE
  [0x4a, (r) => r.push(r.bytes(4).readInt32LE())], // BININT
  [0x4b, (r) => r.push(r.byte())], // BININT1
  [0x4d, (r) => r.push(r.bytes(2).readUInt16LE())], // BININT2
  [0x8a, (r) => r.push(r.long(r.byte()))], // LONG1
  [0x8b, (r) => r.push(r.long(r.uint32()))], // LONG4
  [0x47, (r) => r.push(r.bytes(8).readDoubleBE())], // BINFLOAT
  [0x58, (r) => r.push(r.string(r.uint32()))], // BINUNICODE
  [0x8c, (r) => r.push(r.string(r.byte()))], // SHORT_BINUNICODE
  [0x8d, (r) => r.push(r.string(r.length64()))], // BINUNICODE8
  [0x42, (r) => r.push(r.bytes(r.uint32()))], // BINBYTES
  [0x43, (r) => r.push(r.bytes(r.byte()))], // SHORT_BINBYTES
  [0x8e, (r) => r.push(r.bytes(r.length64()))], // BINBYTES8
  [0x5d, (r) => r.push([])], // EMPTY_LIST
  [0x61, (r) => r.append([r.pop()])], // APPEND
  [0x65, (r) => r.append(r.sinceMark())], // APPENDS
  [0x29, (r) => r.push([])], // EMPTY_TUPLE
  [0x74, (r) => r.push(r.sinceMark())], // TUPLE
  [0x85, (r) => r.tuple(1)], // TUPLE1
  [0x86, (r) => r.tuple(2)], // TUPLE2
  [0x87, (r) => r.tuple(3)], // TUPLE3
  [0x7d, (r) => r.push(new Map())], // EMPTY_DICT
  [0x73, (r) => r.setItems([r.pop(), r.pop()].reverse())], // SETITEM
  [0x75, (r) => r.setItems(r.sinceMark())], // SETITEMS
  [0x63, (r) => r.global(r.line(), r.line())], // GLOBAL
  [0x93, (r) => r.global(...([r.pop(), r.pop()].reverse() as [unknown, unknown]))], // STACK_GLOBAL
  [0x52, (r) => r.call()], // REDUCE
  [0x81, (r) => r.call()], // NEWOBJ
  [0x62, (r) => r.build()], // BUILD
  [0x51, (r) => r.load()], // BINPERSID
  [0x71, (r) => r.remember(r.byte())], // BINPUT
  [0x72, (r) => r.remember(r.uint32())], // LONG_BINPUT
  [0x94, (r) => r.rememberNext()], // MEMOIZE
  [0x68, (r) => r.recall(r.byte())], // BINGET
  [0x6a, (r) => r.recall(r.uint32())], // LONG_BINGET
]);
