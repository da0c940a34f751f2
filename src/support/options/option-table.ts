/** Options as data: parsing, help, files and saved configurations follow from one typed table. */

import { UserError } from '../errors.js';
import { jsonObject, jsonObjectOrEmpty } from '../json-object.js';
import { suggestName, suggestNear } from '../nearest-name.js';
import type { OptionKind } from './option-kinds.js';

/** A default that follows from other options or from the machine. */
export interface DerivedDefault<T, Inputs> {
  /** For people: `2.5e-3 for clip-tiny, else 1e-6`. */
  readonly text: string;
  readonly derive: (inputs: Inputs) => T;
}

/** An option: its key in files is its name in the table, its flag the same in kebab case. */
export interface Option<T, Inputs> {
  readonly kind: OptionKind<T>;
  /** A second flag of one letter or digit, where other programs have it: `-0`. */
  readonly short?: string;
  /** Stands for the value in help: `--crop PIXELS`. Absent for flags without a value. */
  readonly placeholder?: string;
  /** A few words: help is one line an option. */
  readonly description: string;
  /** Sentences for `--help OPTION` and the documentation. */
  readonly details?: string;
  /** Absent when an option that is not given stays undefined. */
  readonly default?: T | DerivedDefault<T, Inputs>;
  /** The effect of giving no value when there is no default: `the run's export folder`. */
  readonly withoutIt?: string;
  /** Values that replace the default when other options make them more suitable. */
  readonly preset?: {
    /** For people: `for clip-rn* 224`. */
    readonly text: string;
    /** @returns undefined when the default is as suitable */
    of(inputs: Inputs): T | undefined;
  };
  /** The reason of this default. */
  readonly reason?: string;
  /** True when a result depends on it: such an option cannot change when a run is resumed. */
  readonly changesResult?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: the values of a table's options have different types
export type OptionTable = Readonly<Record<string, Option<any, any>>>;
export type OptionValues<Table extends OptionTable> = {
  readonly [Key in keyof Table]: ValueOf<Table[Key]>;
};
type ValueOf<Given> = Given extends { readonly kind: OptionKind<infer T> }
  ? Given extends { readonly default: unknown }
    ? T
    : T | undefined
  : never;
const origins = ['default', 'preset', 'implied', 'file', 'flag'] as const;
export type OptionOrigin = (typeof origins)[number];

export interface ResolvedOptions<Table extends OptionTable> {
  readonly values: OptionValues<Table>;
  /** The origin of each value. */
  readonly origins: Readonly<Record<keyof Table, OptionOrigin>>;
}

/** `--batch-size` */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Texts of flags by key, as typed on the command line; undefined for flags that were not given. */
export type GivenFlags = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Everything that was given; the rest are defaults. */
export interface GivenOptions {
  readonly flags: GivenFlags;
  /** Values by key. */
  readonly file?: { readonly path: string; readonly values: Readonly<Record<string, unknown>> };
  readonly implied?: ImpliedOptions;
}

/** The part of what was given that belongs to a table; the origins of a saved form tell that it is one. */
export function givenIn(table: OptionTable, { flags, file }: GivenOptions): GivenOptions {
  const own = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(record).filter(([key]) => key === 'origins' || Object.hasOwn(table, key)));
  return { flags: own(flags), ...(file && { file: { path: file.path, values: own(file.values) } }) };
}

/** @throws UserError with the nearest name when a file has a key that the table lacks. */
export function requireKnownKeys(table: OptionTable, { path, values }: NonNullable<GivenOptions['file']>): void {
  for (const key of Object.keys(values)) if (key !== 'origins') optionOf(table, key, inFile(key, path));
}

/** Values of other options that the value of one brings with it. */
export interface ImpliedOptions {
  /** Their owner, for people. */
  readonly by: string;
  /** Values by key that cannot be changed. */
  readonly fixed: Readonly<Record<string, unknown>>;
  /** Values by key, used unless others are given. */
  readonly defaults: Readonly<Record<string, unknown>>;
}

/** An option as it was given, for people: `--crop`, or `"crop" in options.json`; undefined: it was not given. */
export function nameGiven(key: string, { flags, file }: GivenOptions): string | undefined {
  if (flags[key] !== undefined) return flagOf(key);
  return file?.values[key] === undefined ? undefined : inFile(key, file.path);
}

/** @throws UserError naming the first of some options that was given: it would change nothing. @param reason completes a sentence that begins with its name */
export function refuseGiven(given: GivenOptions, keys: readonly string[], reason: string): void {
  for (const key of keys) {
    const name = nameGiven(key, given);
    if (name !== undefined) throw new UserError(`${name} ${reason}.`);
  }
}

/** Options of a file that somebody wrote; a run's configuration has every option, and nobody meant each. */
export function withoutSavedForm({ flags, file, ...others }: GivenOptions): GivenOptions {
  return { ...others, flags, ...(file && file.values.origins === undefined && { file }) };
}

function inFile(key: string, path: string): string {
  return `"${key}" in ${path}`;
}

/**
 * The value of every option: its flag, else the file's, else the implied one, else the preset, else the default. Presets may use
 * options that have neither a preset nor a derived default.
 * @param facts what derived defaults may use besides the options: facts about the machine.
 * @throws UserError for a value out of bounds, an unknown key or a value that another option rules out, naming what is accepted.
 */
export function resolveOptions<Table extends OptionTable>(
  table: Table,
  given: GivenOptions,
  facts: Readonly<Record<string, unknown>> = {},
): ResolvedOptions<Table> {
  const { values, origins } = readGiven(table, given);
  for (const [key, option] of Object.entries(table)) {
    if (!(key in values) && !isDerived(option.default) && option.preset === undefined && 'default' in option) values[key] = option.default;
  }
  for (const [key, { preset, default: standard }] of Object.entries(table)) {
    if (key in values || preset === undefined) continue;
    const chosen = preset.of({ ...facts, ...values });
    values[key] = chosen ?? standard;
    if (chosen !== undefined) origins[key] = 'preset';
  }
  for (const [key, option] of Object.entries(table)) {
    if (!(key in values)) values[key] = (option.default as DerivedDefault<unknown, unknown> | undefined)?.derive({ ...facts, ...values });
  }
  const sorted = (record: Record<string, unknown>, missing?: unknown) =>
    Object.fromEntries(Object.keys(table).map((key) => [key, record[key] ?? missing]));
  return { values: sorted(values), origins: sorted(origins, 'default') } as ResolvedOptions<Table>;
}

/**
 * The options of a resumed run: those it was started with. Options on which no result depends may change.
 * @param isChangeable true for an option that may change nevertheless, given all the wanted options
 * @throws UserError naming every option given another value.
 */
export function resumeOptions<Table extends OptionTable>(
  table: Table,
  saved: ResolvedOptions<Table>,
  given: GivenOptions,
  isChangeable: (key: string, wanted: OptionValues<Table>, saved: OptionValues<Table>) => boolean = () => false,
): ResolvedOptions<Table> {
  const { values, origins } = readGiven(table, given);
  const wanted: OptionValues<Table> = { ...saved.values, ...values };
  const conflicts = Object.keys(values).filter(
    (key) => table[key]?.changesResult && values[key] !== saved.values[key] && !isChangeable(key, wanted, saved.values),
  );
  if (conflicts.length > 0) {
    const list = conflicts.map((key) => `${flagOf(key)} ${values[key]} (the run has ${saved.values[key]})`).join(', ');
    throw new UserError(`A resumed run keeps the options it was started with, but received ${list}. Leave them out, or start a new run.`);
  }
  return { values: wanted, origins: { ...saved.origins, ...origins } };
}

/** The content of a run's `config.json`; as a file of options it repeats the run. */
export function savedForm<Table extends OptionTable>({ values, origins }: ResolvedOptions<Table>): Record<string, unknown> {
  return { ...values, origins };
}

/**
 * Reads a saved form back.
 * @param before values of options that older forms lack
 * @throws UserError unless it has exactly the options of the table, each within its bounds.
 */
export function parseSavedForm<Table extends OptionTable>(
  table: Table,
  saved: unknown,
  path: string,
  before: Partial<OptionValues<Table>> = {},
): ResolvedOptions<Table> {
  const { data: given } = jsonObject.safeParse(saved);
  if (given === undefined) throw new UserError(`${path} must be an object of options.`);
  const written = Object.keys(given).filter((key) => key !== 'origins');
  const unknown = written.filter((key) => !Object.hasOwn(table, key));
  if (unknown.length > 0)
    throw new UserError(`${path} has ${unknown.join(', ')}, which this version of the program does not know: ${otherVersion}`);
  const { values } = readGiven(table, { flags: {}, file: { path, values: { ...before, ...given } } });
  const missing = Object.keys(table).filter((key) => !(key in values));
  if (missing.length > 0) throw new UserError(`${path} has no ${missing.join(', ')}: ${otherVersion}`);
  const stored = jsonObjectOrEmpty.parse(given.origins);
  const known: readonly unknown[] = origins;
  const originOf = (key: string): unknown => (!written.includes(key) ? 'default' : known.includes(stored[key]) ? stored[key] : 'file');
  const own = Object.fromEntries(Object.keys(table).map((key) => [key, originOf(key)]));
  return { values, origins: own } as unknown as ResolvedOptions<Table>;
}

const otherVersion =
  'another version of this program wrote it, or it was edited. Use the version and commit that environment.json beside it names, or start a ' +
  'new run with --init.';

function readGiven(table: OptionTable, { flags, file, implied }: GivenOptions) {
  const values: Record<string, unknown> = {};
  const origins: Record<string, OptionOrigin> = {};
  const take = (key: string, value: unknown, received: string, name: string, origin: OptionOrigin) => {
    const { kind } = optionOf(table, key, name);
    if (!kind.schema.safeParse(value).success) {
      throw new UserError(`${name} must be ${kind.expected}, but received ${received}.${suggestNear(String(value), kind.choices ?? [])}`);
    }
    values[key] = value;
    origins[key] = origin;
  };
  for (const [key, value] of Object.entries(file?.values ?? {})) {
    if (key !== 'origins') take(key, value, JSON.stringify(value), inFile(key, file!.path), 'file');
  }
  for (const [key, value] of Object.entries(flags)) {
    if (value === undefined) continue;
    const name = flagOf(key);
    const { kind } = optionOf(table, key, name);
    if (typeof value === 'string') take(key, kind.fromText(value), value || 'nothing', name, 'flag');
    else take(key, value.map(kind.fromText), value.join(' ') || 'nothing', name, 'flag');
  }
  for (const [key, value] of Object.entries({ ...implied?.defaults, ...implied?.fixed })) {
    if (!(key in values)) take(key, value, JSON.stringify(value), `"${key}" of ${implied?.by}`, 'implied');
    else if (key in implied!.fixed && values[key] !== value) {
      throw new UserError(`${flagOf(key)} is ${value} for ${implied!.by}, but received ${values[key]}. Leave it out.`);
    }
  }
  return { values, origins };
}

function optionOf(table: OptionTable, key: string, name: string): Option<unknown, unknown> {
  const option = Object.hasOwn(table, key) ? table[key] : undefined;
  if (option === undefined) throw new UserError(`Unknown option ${name}.${suggestName(key, Object.keys(table))}`);
  return option;
}

export function isDerived(value: unknown): value is DerivedDefault<unknown, unknown> {
  return typeof value === 'object' && value !== null && 'derive' in value;
}
