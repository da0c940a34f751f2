import { describe, expect, test } from 'vitest';
import { UserError } from '#antonym/support/errors.js';
import { parseCommandLine } from '#antonym/support/options/command-line.js';
import { names, number, switched, texts } from '#antonym/support/options/option-kinds.js';

describe('a command line', () => {
  const table = {
    rate: { kind: number({ min: -1, max: 1 }), placeholder: 'RATE', description: 'a rate' },
    modelName: { kind: texts('names'), placeholder: 'NAME', description: 'names' },
    exclude: { kind: names(), placeholder: 'PATTERN,...', description: 'patterns' },
    json: { kind: switched(), description: 'as JSON', short: '-j', default: false },
  };

  test.each<[string, object]>([
    ['a --rate -1e-3 b', { flags: { rate: '-1e-3' }, operands: ['a', 'b'] }],
    ['--rate=.5 --rate 1', { flags: { rate: '1' }, operands: [] }],
    ['--exclude a,b --exclude=c', { flags: { exclude: 'a,b,c' }, operands: [] }],
    ['- --model-name a b --json --model-name=c', { flags: { modelName: ['a', 'b', 'c'], json: 'true' }, operands: ['-'] }],
    ['--json -- --rate', { flags: { json: 'true' }, operands: ['--rate'] }],
    ['-j a', { flags: { json: 'true' }, operands: ['a'] }],
    ['a --help', { flags: {}, operands: ['a'], help: true }],
    ['--help --rate', { flags: {}, operands: [], help: 'rate' }],
    ['--help=rate', { flags: {}, operands: [], help: 'rate' }],
  ])('%s', (line, expected) => {
    expect(parseCommandLine(line.split(' '), table)).toEqual(expected);
  });

  test.each([
    ['--rat 1', 'Unknown option --rat. Did you mean "--rate"?'],
    ['-x', /^Unknown option -x\. Known: --rate, /],
    ['--rate', 'The value of --rate RATE is missing: it must be a number from -1 to 1.'],
    ['--rate --json', 'The value of --rate RATE is missing: it must be a number from -1 to 1.'],
    ['--model-name --json', 'The value of --model-name NAME... is missing: it must be names.'],
    ['--json=1', '--json takes no value, but received 1.'],
  ])('%s is refused', (line, message) => {
    const parse = (): unknown => parseCommandLine(line.split(' '), table);
    expect(parse).toThrow(UserError);
    expect(parse).toThrow(message);
  });
});
