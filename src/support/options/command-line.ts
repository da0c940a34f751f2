/** Splits the words of a command line into the values of an option table's flags and the rest. */
import { UserError } from '../errors.js';
import { suggestName } from '../nearest-name.js';
import { flagOf, type GivenFlags, type Option, type OptionTable } from './option-table.js';

export interface CommandLine {
  readonly flags: GivenFlags;
  /** Words that belong to no flag, in order. */
  readonly operands: readonly string[];
  /** `true` for `--help`; the option's name for `--help OPTION`. */
  readonly help?: true | string;
}

export class UnknownOption extends UserError {
  constructor(
    readonly flag: string,
    known: readonly string[],
  ) {
    super(`Unknown option ${flag}.${suggestName(flag, known)}`);
  }
}

/**
 * Reads `--flag VALUE`, `--flag=VALUE`, switches and operands; everything after `--` is an operand. The last of two equal flags counts.
 * @throws UnknownOption with the nearest one; UserError for a flag without its value.
 */
export function parseCommandLine(words: readonly string[], table: OptionTable): CommandLine {
  const options = new Map(
    Object.entries(table).flatMap(([key, option]) =>
      [flagOf(key), ...(option.short ? [option.short] : [])].map((flag) => [flag, { key, option }]),
    ),
  );
  const flags: Record<string, string | string[]> = {};
  const operands: string[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') return { flags, operands: [...operands, ...rest] };
    if (!word.startsWith('-') || word === '-') {
      operands.push(word);
      continue;
    }
    const [, flag = '', inline] = /^([^=]*)(?:=(.*))?$/s.exec(word)!;
    if (flag === '--help' || flag === '-h') return { flags, operands, help: (inline ?? rest[0]?.replace(/^-+/, '')) || true };
    const found = options.get(flag);
    if (found === undefined) throw new UnknownOption(flag, Object.keys(table).map(flagOf));
    const { key, option } = found;
    if (option.kind.isSwitch) {
      if (inline !== undefined) throw new UserError(`${flag} takes no value, but received ${inline}.`);
      flags[key] = 'true';
    } else if (option.kind.isList) {
      const values = inline === undefined ? takeValues(rest) : [inline];
      if (values.length === 0) throw missingValue(key, option);
      flags[key] = [...(flags[key] ?? []), ...values];
    } else {
      const value = inline ?? (rest[0]?.startsWith('--') ? undefined : rest.shift());
      if (value === undefined) throw missingValue(key, option);
      const before = flags[key];
      flags[key] = option.kind.joins && before !== undefined ? `${before},${value}` : value;
    }
  }
  return { flags, operands };
}

/** `--crop PIXELS`; `--json` for a switch; `-0, --null` with a short flag. */
export function usageOf(
  key: string,
  { placeholder, kind, short }: Pick<Option<unknown, unknown>, 'placeholder' | 'kind' | 'short'>,
): string {
  if (short !== undefined) return `${short}, ${usageOf(key, { kind, ...(placeholder !== undefined && { placeholder }) })}`;
  if (kind.isSwitch) return flagOf(key);
  return `${flagOf(key)} ${placeholder ?? 'VALUE'}${kind.isList ? '...' : ''}`;
}

function takeValues(rest: string[]): string[] {
  const end = rest.findIndex((word) => word.startsWith('-'));
  return rest.splice(0, end < 0 ? rest.length : end);
}

function missingValue(key: string, option: Option<unknown, unknown>): UserError {
  return new UserError(`The value of ${usageOf(key, option)} is missing: it must be ${option.kind.expected}.`);
}
