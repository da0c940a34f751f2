/** The script that completes command lines of `antonym` in fish, whose completions are a list of rules with descriptions. */
import { flagOf } from '../support/options/option-table.js';
import { type Command, optionsOf } from './command.js';
import type { CommandGroup } from './command-group.js';
import { commandList, loadCommands } from './command-list.js';

/**
 * The text to load with `antonym completion fish | source`; it starts no program.
 * @param others words beside the names of commands, with what they do.
 */
export async function fishCompletion(others: Readonly<Record<string, string>>): Promise<string> {
  const listed = Object.entries(commandList);
  const first = [...listed.map(([name, { summary }]) => [name, summary] as const), ...Object.entries(others)];
  const second = listed.flatMap(([name, command]) => ('commands' in command ? secondWords(name, command) : []));
  const rules = [
    ...first.map(([name, summary]) => rule('__fish_use_subcommand', `-f -a ${name}`, summary)),
    ...second,
    ...(await loadCommands()).flatMap((command) => rulesOf(command, command.name.split(' ').map(seen).join('; and '))),
  ];
  return `# antonym in fish: antonym completion fish | source\n${rules.join('\n')}\n`;
}

function secondWords(name: string, { commands }: CommandGroup): string[] {
  const isFirst = `${seen(name)}; and not ${seen(Object.keys(commands).join(' '))}`;
  return Object.entries(commands).map(([word, { summary }]) => rule(isFirst, `-f -a ${word}`, summary));
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
