/**
 * Options that a program hands over beside images are checked before anything is loaded: JavaScript lets everything through, native code
 * may not survive it.
 */
import { deviceNames } from '../runtime/devices/device-names.js';
import { suggestName } from '../support/nearest-name.js';
import { printable } from '../support/printable.js';
import { ModelError } from './errors.js';
import type { EachOptions, LoadOptions, MapOptions, ScoreOptions } from './model.js';
import { type TilePolicy, tileFault } from './quality-map.js';

/** The names of all options: the compiler asks for those that are missing. */
const loadNames = { device: 0, providerOptions: 0, maximumPixels: 0, scale: 0, maxQueue: 0, onNotice: 0 } satisfies NamesOf<LoadOptions>;
const scoreNames = { signal: 0 } satisfies NamesOf<ScoreOptions>;
const eachNames = { ...scoreNames, degradations: 0 } satisfies NamesOf<EachOptions>;
const mapNames = { ...eachNames, tile: 0, stride: 0 } satisfies NamesOf<MapOptions>;
type NamesOf<Options> = Record<keyof Options, 0>;

/** @throws ModelError with `ERR_ANTONYM_BAD_ARGUMENT` for an option of `loadModel` that it does not have, or that is not of its kind. */
export function checkLoadOptions(options: object): void {
  requireOptions(options, 'The options of loadModel', loadNames);
  const { maxQueue, maximumPixels, scale, device, providerOptions, onNotice } = options as Readonly<Record<string, unknown>>;
  const isNumber = (value: unknown, least: number): boolean => typeof value === 'number' && value >= least;
  if (maxQueue !== undefined && !isNumber(maxQueue, 0)) throw bad('The option maxQueue must be a number, at least 0', maxQueue);
  if (maximumPixels !== undefined && !isNumber(maximumPixels, 1))
    throw bad('The option maximumPixels must be a number, at least 1', maximumPixels);
  if (scale !== undefined && !(Number.isInteger(scale) && isNumber(scale, 1)))
    throw bad('The option scale must be a whole number, at least 1', scale);
  if (device !== undefined && !(deviceNames as readonly unknown[]).includes(device))
    throw bad(`The option device can be ${deviceNames.join(', ')}`, device);
  if (providerOptions !== undefined && typeof providerOptions !== 'string')
    throw bad('The option providerOptions must be a text', providerOptions);
  if (onNotice !== undefined && typeof onNotice !== 'function') throw bad('The option onNotice must be a function', onNotice);
}

/** @throws ModelError as `checkLoadOptions`, of `score`, `rate` and `assess`. */
export function checkScoreOptions(options: object): void {
  requireOptions(options, 'The options', scoreNames);
  checkSignal(options);
}

/** @throws ModelError as `checkLoadOptions`, of `scoreEach`. */
export function checkEachOptions(options: object): void {
  requireOptions(options, 'The options', eachNames);
  checkSignal(options);
}

function checkSignal(options: object): void {
  const { signal } = options as { readonly signal?: unknown };
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw bad('The option signal must be an AbortSignal', signal);
}

/** @throws ModelError as `checkLoadOptions`, of `map`, also for a side of tiles that the model does not take. */
export function checkMapOptions(options: object, policy: TilePolicy): void {
  requireOptions(options, 'The options', mapNames);
  checkSignal(options);
  for (const [name, value] of Object.entries(options).filter(([name]) => name === 'tile' || name === 'stride')) {
    if (value !== undefined && !(Number.isInteger(value) && value > 0))
      throw bad(`The option ${name} must be a whole number above 0`, value);
  }
  const { tile } = options as { readonly tile?: number };
  const fault = tile === undefined ? undefined : tileFault(tile, policy);
  if (fault !== undefined) throw bad(fault, tile);
}

/**
 * @throws ModelError as `checkLoadOptions`, for what is no list: a text would be taken for a list of letters, a buffer for one of numbers.
 */
export function checkList(images: unknown): void {
  const isIterable = typeof images === 'object' && images !== null && (Symbol.iterator in images || Symbol.asyncIterator in images);
  if (!isIterable || ArrayBuffer.isView(images)) throw bad('Give scoreEach a list of images, or another iterable of them', typeof images);
}

function requireOptions(options: unknown, what: string, names: Readonly<Record<string, 0>>): void {
  if (typeof options !== 'object' || options === null) throw bad(`${what} must be an object`, options);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || Object.hasOwn(names, name)) continue;
    const message = `There is no option ${printable(name)}.${suggestName(name, Object.keys(names))}`;
    throw new ModelError(message, { code: 'ERR_ANTONYM_BAD_ARGUMENT' });
  }
}

function bad(rule: string, received: unknown): ModelError {
  const shown = typeof received === 'string' ? printable(JSON.stringify(received)) : String(received);
  return new ModelError(`${rule}, but received ${shown}.`, { code: 'ERR_ANTONYM_BAD_ARGUMENT' });
}
