import { describe, expect, test } from 'vitest';
import type { Command } from '#antonym/commands/command.js';
import { commandHelp, optionHelp } from '#antonym/commands/command-help.js';
import { trainCommand } from '#antonym/commands/train/train.js';
import { number, switched, texts, wholeNumber } from '#antonym/support/options/option-kinds.js';
import { flagOf } from '#antonym/support/options/option-table.js';

const command: Command = {
  name: 'measure',
  description: 'Measures something, and says what came out of it.',
  operand: { placeholder: 'PATH...', description: 'what is measured' },
  groups: {
    Size: {
      crop: {
        kind: wholeNumber({ min: 32, max: 1024, multipleOf: 32 }),
        placeholder: 'PIXELS',
        description: 'side',
        default: 96,
        reason: 'it is best',
      },
      maximumRate: {
        kind: number({ min: 0, max: 1 }),
        placeholder: 'RATE',
        description: 'what it is',
        details: 'It grows.',
        default: { text: 'crop / 1000', derive: () => 1 },
        preset: { text: 'for large ones .5', of: () => undefined },
      },
    },
    Output: {
      models: { kind: texts('names of models'), placeholder: 'MODEL', description: 'models to compare', withoutIt: 'the shipped one' },
      json: { kind: switched(), description: 'print JSON', default: false },
    },
  },
  run: async () => undefined,
};

describe('help', () => {
  test('is one line an option, in groups, with bounds and default', () => {
    expect(commandHelp(command, 80)).toBe(`Usage: npm run measure -- PATH... [OPTIONS]

Measures something, and says what came out of it.

  PATH...              what is measured

Size
  --crop PIXELS        side (32 to 1024, default 96)
  --maximum-rate RATE  what it is (0 to 1, default crop / 1000*)

Output
  --models MODEL...    models to compare (default: the shipped one)
  --json               print JSON
  --config FILE        options from a JSON file; flags win over it

--help OPTION says more. A default with * depends on --backbone.
`);
  });

  test('takes the width of the terminal: bounds go first, then a long default', () => {
    const lineAt = (width: number): string | undefined =>
      commandHelp(command, width)
        .split('\n')
        .find((line) => line.includes('--maximum-rate'));
    expect(lineAt(60)).toBe('  --maximum-rate RATE  what it is (default crop / 1000*)');
    expect(lineAt(50)).toBe('  --maximum-rate RATE  what it is (default varies)');
    expect(lineAt(40)).toBe('  --maximum-rate RATE  what it is');
  });

  test('of one option says everything about it', () => {
    expect(optionHelp(command, 'maximum-rate', 80)).toBe(`--maximum-rate RATE
  What it is. It grows.
  Value     a number from 0 to 1
  Default   crop / 1000
  Presets   for large ones .5
`);
    expect(optionHelp(command, 'crop', 80)).toContain('Reason    it is best');
    expect(() => optionHelp(command, 'corp')).toThrow('measure has no option "corp". Did you mean "crop"?');
  });

  test('of train fits on a screen of 80 columns, one line an option', () => {
    const lines = commandHelp(trainCommand, 80).trimEnd().split('\n');
    const { groups, folded = [] } = trainCommand;
    const options = Object.entries(groups).flatMap(([title, group]) => (folded.includes(title) ? [] : Object.keys(group)));
    expect(lines.filter((line) => /^ {2}--\S+( \S+)? {2,}\S/.test(line))).toHaveLength(options.length + 1);
    const named = folded.flatMap((title) => Object.keys(groups[title]!)).map(flagOf);
    for (const flag of named) expect(lines.join('\n')).toMatch(new RegExp(`^ +([\\w ]+:|--).*${flag}( |$)|^ +${flag}( |$)`, 'm'));
    expect(lines.filter((line) => line.length > 80 || /^ {3}(?! --)/.test(line))).toEqual([]);
    expect(lines.length).toBeLessThanOrEqual(72);
  });
});
