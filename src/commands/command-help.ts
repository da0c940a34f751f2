/** Help of a command: one line an option, grouped; `--help OPTION` tells the rest. */
import { commandHint } from '../support/command-hint.js';
import { UserError } from '../support/errors.js';
import { suggestName } from '../support/nearest-name.js';
import { usageOf } from '../support/options/command-line.js';
import { flagOf, isDerived, type Option } from '../support/options/option-table.js';
import { capitalized, wrapText } from '../support/wrap-text.js';
import { type Command, optionsOf } from './command.js';
import { helpWidth } from './help-width.js';

type AnyOption = Option<unknown, unknown>;

/** Longer usages stand on a line of their own. */
const widestUsage = 26;

/** The help of a command for a terminal of `width` columns. */
export function commandHelp(command: Command, width = helpWidth()): string {
  const { name, description, operand, folded = [] } = command;
  const options = Object.entries(optionsOf(command));
  const indent = 4 + Math.min(widestUsage, Math.max(...options.map(([key, option]) => usageOf(key, option).length)));
  const line = (left: string, right: string): string =>
    left.length + 4 > indent
      ? `  ${left}\n${' '.repeat(indent)}${wrapText(right, width, indent)}`
      : `  ${left}`.padEnd(indent) + wrapText(right, width, indent);
  const titles = Object.keys(command.groups).filter((title) => !folded.includes(title));
  const groups = titles.map((title, index) => {
    const own = Object.entries(command.groups[title]!);
    const all = index === titles.length - 1 ? [...own, ...options.slice(-1)] : own;
    return `${title}\n${all.map(([key, option]) => line(usageOf(key, option), lineAbout(option, width - indent))).join('\n')}`;
  });
  const names = folded.map((title) => `  ${wrapText(`${title}: ${Object.keys(command.groups[title]!).map(flagOf).join(' ')}`, width, 4)}`);
  const call = operand ? ` ${operand.isOptional ? `[${operand.placeholder}]` : operand.placeholder}` : '';
  const usage = `Usage: ${commandHint(`${name}${call} [OPTIONS]`)}`;
  const note = `--help OPTION says more.${options.some(([, { preset }]) => preset) ? ' A default with * depends on --backbone.' : ''}`;
  return `${[
    usage,
    wrapText(description, width),
    ...(operand ? [line(operand.placeholder, operand.description)] : []),
    ...groups.slice(0, -1),
    ...(names.length > 0 ? [`More\n${names.join('\n')}`] : []),
    ...groups.slice(-1),
    note,
  ].join('\n\n')}\n`;
}

/**
 * Everything about one option.
 * @param name as typed after `--help`: `batch-size` or `batchSize`.
 * @throws UserError with the nearest name for an unknown one.
 */
export function optionHelp(command: Command, name: string, width = helpWidth()): string {
  const options = optionsOf(command);
  const key = Object.keys(options).find((candidate) => candidate === name || flagOf(candidate) === `--${name}`);
  if (key === undefined) {
    const names = Object.keys(options).map((candidate) => flagOf(candidate).slice(2));
    throw new UserError(`${command.name} has no option "${name}".${suggestName(name, names)}`);
  }
  const option = options[key]!;
  const rows = factsOf(option).map(([label, text]) => `  ${label.padEnd(10)}${wrapText(text, width, 12)}`);
  return `${[usageOf(key, option), `  ${wrapText(sentencesOf(option), width, 2)}`, ...rows].join('\n')}\n`;
}

/** Description and details as sentences. */
export function sentencesOf({ description, details }: AnyOption): string {
  return `${capitalized(description)}.${details ? ` ${details}` : ''}`;
}

/** Label and text of what the one line of help leaves out. */
export function factsOf({ kind, preset, reason, withoutIt, ...option }: AnyOption): [label: string, text: string][] {
  const standard = defaultText(option);
  const facts: [string, string | undefined][] = [
    ['Value', kind.isSwitch ? undefined : kind.expected],
    ['Default', kind.isSwitch ? undefined : (standard ?? withoutIt)],
    ['Presets', preset?.text],
    ['Reason', reason],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
}

/** The description, with default and bounds in parentheses; bounds only where the line has room for them. */
function lineAbout(option: AnyOption, room: number): string {
  const { description, kind, preset, withoutIt } = option;
  if (kind.isSwitch) return description;
  const value = defaultText(option);
  const standard = value === undefined ? withoutIt && `default: ${withoutIt}` : `default ${value}${preset ? '*' : ''}`;
  const text = (facts: readonly (string | undefined)[]): string => {
    const inside = facts.filter((fact) => fact !== undefined).join(', ');
    return inside === '' ? description : `${description} (${inside})`;
  };
  const candidates = [text([kind.range, standard]), text([standard]), text(['default varies'])];
  return candidates.find(({ length }) => length <= room) ?? description;
}

function defaultText({ default: standard }: Pick<AnyOption, 'default'>): string | undefined {
  if (standard === undefined) return undefined;
  return isDerived(standard) ? standard.text : String(standard);
}
