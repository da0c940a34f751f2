/** The commands that README, docs and examples tell readers to type: each must be one that the program takes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { optionsOf } from '#antonym/commands/command.js';
import { commandList } from '#antonym/commands/command-list.js';
import { parseCommandLine } from '#antonym/support/options/command-line.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'examples/README.md',
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
].filter((name) => name.endsWith('.md') && name !== 'docs/options.md');
const names = Object.keys(commandList).join('|');
/** `npm run train -- --levels 5`, `npx antonym prune`, `dist/cli.js score`; up to a comment, a pipe or the end of the code. */
const typed = new RegExp(
  `(?:npm run (?:--silent )?|(?:npx |bin/|[^\\w\`/-])antonym |dist/cli\\.js )(${names})(?![\\w-])(?: --(?=\\s))?((?:\\\\\\n|[^\\n\`#|>;&)"])*)`,
  'g',
);

/** @throws UserError when the program would refuse the line for its words. */
async function parse(name: string, words: readonly string[]): Promise<void> {
  const listed = commandList[name]!;
  const [second, ...rest] = !('commands' in listed) ? [] : words[0]! in listed.commands ? words : listed.withSecondWord(words);
  const command = await ('commands' in listed ? listed.commands[second!]! : listed).load();
  const { operands, help } = parseCommandLine('commands' in listed ? rest : words, optionsOf(command));
  if (help === undefined && command.operand === undefined) expect(operands).toEqual([]);
}

test.each(pages)('commands in %s are those of the program', async (page) => {
  const text = readFileSync(join(root, page), 'utf8');
  for (const [line, name, rest] of text.matchAll(typed)) {
    const words = rest!.split(/\s+/).filter((word) => !['', '...', '\\'].includes(word));
    await expect(parse(name!, words), line).resolves.toBeUndefined();
  }
});

test('there are many of them', () => {
  const found = pages.flatMap((page) => [...readFileSync(join(root, page), 'utf8').matchAll(typed)]);
  expect(found.length).toBeGreaterThan(90);
});
