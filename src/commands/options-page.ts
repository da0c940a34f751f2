/** The page `docs/options.md`: every command and its options, from the tables that parse them; `npm run docs` writes it. */
import { usageOf } from '../support/options/command-line.js';
import { capitalized, wrapText } from '../support/wrap-text.js';
import type { Command } from './command.js';
import { factsOf, sentencesOf } from './command-help.js';
import { loadCommands } from './command-list.js';
import { configOption } from './shared-options.js';

/** Columns of documentation. */
const pageWidth = 140;

type AnyOption = Parameters<typeof factsOf>[0];

/** The text of the page, in the order of the program's help. */
export async function optionsPage(): Promise<string> {
  const commands = await loadCommands();
  const head = wrapText(
    'The options of each command. This page is written by `npm run docs` from the tables that the program reads its options with; ' +
      '`antonym COMMAND --help` prints them a line each, and `antonym COMMAND --help OPTION` says what stands here. ' +
      'In a clone of the repository, type `npm run COMMAND -- ...` for `antonym COMMAND ...`.',
    pageWidth,
  );
  const config = `Every command also takes:\n\n${aboutOption('config', configOption)}`;
  return `${['# Options', head, config, ...commands.map(aboutCommand)].join('\n\n')}\n`;
}

function aboutCommand({ name, description, operand, groups }: Command): string {
  const call = operand === undefined ? '' : ` ${operand.isOptional ? `[${operand.placeholder}]` : operand.placeholder}`;
  const titles = Object.entries(groups).map(([title, options]) => {
    const list = Object.entries(options).map(([key, option]) => aboutOption(key, option));
    // a single group needs no title
    return `${Object.keys(groups).length > 1 ? `### ${title}\n\n` : ''}${list.join('\n')}`;
  });
  const about = [
    `## ${name}`,
    `    antonym ${name}${call} [OPTIONS]`,
    wrapText(escapeMarkdown(description), pageWidth),
    ...(operand ? [item(operand.placeholder, `${capitalized(operand.description)}.`)] : []),
  ];
  return [...about, ...titles].filter((part) => part !== '').join('\n\n');
}

function aboutOption(key: string, option: AnyOption): string {
  const facts = factsOf(option).map(([label, text]) => ` ${label}: ${text}.`);
  return item(usageOf(key, option), sentencesOf(option) + facts.join(''));
}

/** A list item whose later lines stand under its text. */
function item(usage: string, text: string): string {
  return `- ${wrapText(`\`${usage}\`: ${escapeMarkdown(text)}`, pageWidth, 2)}`;
}

/** Stars and underscores of names are no emphasis, angle brackets no markup. */
function escapeMarkdown(text: string): string {
  return text.replace(/[*_<>]/g, '\\$&');
}
