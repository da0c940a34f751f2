/** The script that completes command lines of `antonym` in fish, whose completions are a list of rules with descriptions. */
import { flagOf } from '../support/options/option-table.js';
import { type Command, optionsOf } from './command.js';
import type { CommandGroup } from './command-group.js';

/**
 * The text to load with `antonym completion fish | source`; it starts no program.
 * @param others words beside the names of commands, with what they do.
 */
export function fishCompletion(commands: readonly (Command | CommandGroup)[], others: Readonly<Record<string, string>>): string {
  const first = [...commands.map(({ name, summary }) => [name, summary] as const), ...Object.entries(others)];
  const rules = [
    ...first.map(([name, summary]) => rule('__fish_use_subcommand', `-f -a ${name}`, summary)),
    ...commands.flatMap((command) => ('commands' in command ? rulesOfGroup(command) : rulesOf(command, seen(command.name)))),
  ];
  return `# antonym in fish: antonym completion fish | source\n${rules.join('\n')}\n`;
}

function rulesOfGroup({ name, commands }: CommandGroup): string[] {
  const words = Object.keys(commands);
  const isFirst = `${seen(name)}; and not ${seen(words.join(' '))}`;
  return [
    ...Object.entries(commands).map(([word, { summary }]) => rule(isFirst, `-f -a ${word}`, summary)),
    ...Object.entries(commands).flatMap(([word, command]) => rulesOf(command, `${seen(name)}; and ${seen(word)}`)),
  ];
}

function rulesOf(command: Command, condition: string): string[] {
  const options = Object.entries(optionsOf(command)).map(([key, { kind, short, description }]) => {
    const form = kind.isSwitch ? '' : kind.choices ? ` -x -a ${quoted(kind.choices.join(' '))}` : ' -r';
    return rule(condition, `${short ? `-s ${short.slice(1)} ` : ''}-l ${flagOf(key).slice(2)}${form}`, description);
  });
  return [...options, rule(condition, '-l help', 'say what the command takes')];
}

function seen(words: string): string {
  return `__fish_seen_subcommand_from ${words}`;
}

function rule(condition: string, form: string, description: string): string {
  return `complete -c antonym -n ${quoted(condition)} ${form} -d ${quoted(description)}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
