/** The commands of the program, by the real program. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { commandHelp } from '#antonym/commands/command-help.js';
import { commandList, loadCommands } from '#antonym/commands/command-list.js';
import { degradeCommands } from '#antonym/commands/degrade/degrade.js';
import { evaluateCommands } from '#antonym/commands/evaluate/evaluate.js';
import { antonym } from './antonym.js';
import { expectOneLine } from './expect-one-line.js';
import { expectRefused } from './expect-refused.js';

describe('flags of former versions stand for second words', () => {
  test.each([
    ['', 'pairs'],
    ['--levels 3', 'pairs --levels 3'],
    ['--format png --json', 'pairs --json'],
    ['--count 4 --format=tar --out x', 'shards --count 4 --out x'],
    ['--list --json', 'list --json'],
    ['--check photos --seed 2', 'check photos --seed 2'],
    ['--gallery g --in a.png --levels 3', 'gallery a.png --out g --levels 3'],
    ['--in a.png --distortion jpeg --level 2 --out b.png', 'image a.png --distortion jpeg --level 2 --out b.png'],
    ['--level 2', 'image --level 2'],
  ])('degrade %s', (before, after) => {
    expect(degradeCommands.withSecondWord(before.split(' ').filter(Boolean)).join(' ')).toBe(after);
  });

  test.each([
    ['', 'opinion'],
    ['--model a b --opinion clive', 'opinion clive --model a b'],
    ['--sensitivity --count 2', 'sensitivity --count 2'],
  ])('evaluate %s', (before, after) => {
    expect(evaluateCommands.withSecondWord(before.split(' ').filter(Boolean)).join(' ')).toBe(after);
  });
});

test('help of every command fits in 80 columns', async () => {
  for (const command of await loadCommands())
    expect(
      commandHelp(command, 80)
        .split('\n')
        .filter((line) => line.length > 80),
      command.name,
    ).toEqual([]);
});

test('the program prints its commands, its version and the help of each', async () => {
  const [none, help, version, group, one, option] = await Promise.all([
    antonym([]),
    antonym(['--help']),
    antonym(['--version']),
    antonym(['degrade', '--help']),
    antonym(['help', 'degrade', 'shards']),
    antonym(['evaluate', '--help', 'resamples']),
  ]);
  expect([none.status, none.stdout]).toEqual([1, '']);
  expect(none.stderr).toBe(help.stdout);
  for (const name of Object.keys(commandList)) expect(help.stdout).toMatch(new RegExp(`^  ${name} +\\w`, 'm'));
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(group.stdout).toMatch(/^ {2}degrade check +look for /m);
  expect(one.stdout).toMatch(/^ {2}--shard I\/N +make only part I of N/m);
  expect(option.stdout).toContain('a whole number from 100 to 100000');
});

const hasBash = spawnSync('bash', ['--version']).status === 0;

test.skipIf(!hasBash)(`completion completes commands, options and values in bash${hasBash ? '' : ' (skipped: no bash)'}`, async () => {
  const { stdout: script } = await antonym(['completion', 'bash']);
  const complete = (...words: string[]): string => {
    const program = `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _antonym; echo "\${COMPREPLY[*]}"`;
    return spawnSync('bash', ['-c', program, 'bash', 'antonym', ...words], { encoding: 'utf8' }).stdout.trim();
  };
  expect(complete('sc')).toBe('score');
  expect(complete('degrade', 's')).toBe('shards status');
  expect(complete('degrade', 'shards', '--sh')).toBe('--shard --shard-size');
  expect(complete('score', '--model', 'x', '--device', 'c')).toBe('cpu cuda');
  expect(complete('score', '-0')).toBe('-0');
  // files are left to the shell
  expect(complete('score', 'phot')).toBe('');
});

const hasFish = spawnSync('fish', ['--version']).status === 0;

test.skipIf(!hasFish)(`completion fish completes commands, options and values in fish${hasFish ? '' : ' (skipped: no fish)'}`, async () => {
  const { stdout: script } = await antonym(['completion', 'fish']);
  const complete = (line: string): string[] => {
    const { stdout } = spawnSync('fish', ['--no-config', '-c', `${script}\ncomplete -C '${line}'`], { encoding: 'utf8' });
    return stdout
      .trimEnd()
      .split('\n')
      .map((row) => row.split('\t')[0]!);
  };
  expect(complete('antonym sc')).toEqual(['score']);
  expect(complete('antonym degrade s')).toEqual(expect.arrayContaining(['shards', 'status']));
  expect(complete('antonym degrade shards --sh')).toEqual(['--shard', '--shard-size']);
  expect(complete('antonym score --device c')).toEqual(['cpu', 'cuda']);
  expect(complete('antonym score --xmp-n')).toEqual(['--xmp-names']);
});

test('every command prints what it refuses as one line, and ends with code 1', async () => {
  for (const name of Object.keys(commandList)) await expectRefused([name, '--nonsense'], /^Unknown option --nonsense/);
  // the program prints the errors of all commands in one place
  for (const name of ['score', 'degrade']) expectOneLine(await antonym([name, '--nonsense']), /Unknown option --nonsense/);
});
