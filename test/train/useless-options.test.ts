import { describe, expect, test } from 'vitest';
import { flagOf, type GivenOptions, givenIn, resolveOptions, savedForm } from '#antonym/support/options/option-table.js';
import { trainOptions } from '#antonym/train/options.js';
import { requireUseful } from '#antonym/train/useless-options.js';

const resolved = (flags: Readonly<Record<string, string>>) => resolveOptions(trainOptions, { flags }, { cores: 2 });
const judge = (given: GivenOptions, isTrained = true): void =>
  requireUseful(resolveOptions(trainOptions, given, { cores: 2 }).values, given, isTrained);
const rated = { opinion: 'mos.csv', head: 'mlp' };

describe('an option that changes nothing', () => {
  test.each([
    ['prompts', 'ma-clip', { head: 'regression' }, /the head regression has none/],
    ['prompts', 'ma-clip', { head: 'mlp' }, /the head mlp has none/],
    ['lrHead', '3', {}, /--head prompts with --prompts auto has none/],
    ['maxDistortions', '2', rated, /is for label-free training/],
    ['pristineLevel', 'off', rated, /is for label-free training/],
    ['marginConsistency', '0.3', rated, /is for label-free training/],
    ['marginRank', '0.3', rated, /is for label-free training/],
    ['chooseOn', 'all', rated, /is for label-free training/],
    ['exclude', 'x', { pairs: 'shards' }, /--pairs has them/],
    ['tf32', 'on', { device: 'webgpu' }, /is for --device cuda, but the device is webgpu/],
  ])('%s %s is refused', (key, value, others, reason) => {
    const flags: Record<string, string> = { ...others, [key]: value };
    expect(() => judge({ flags })).toThrow(reason);
    expect(() => judge({ flags })).toThrow(new RegExp(`^${flagOf(key)} .*\\. Leave it out\\.$`));
    expect(() => judge({ flags: { ...others } })).not.toThrow();
    const values = { [key]: resolved(flags).values[key as 'prompts'] };
    const inFile: GivenOptions = { flags: { ...others }, file: { path: 'mine.json', values } };
    expect(() => judge(inFile)).toThrow(reason);
    expect(() => judge(inFile)).toThrow(new RegExp(`^"${key}" in mine.json .*\\. Leave it out\\.$`));
  });

  test('is taken from the configuration of a run, and where it changes something', () => {
    const run = savedForm(resolved({ lrHead: '3', prompts: 'learnable' }));
    const given = givenIn(trainOptions, { flags: {}, file: { path: 'config.json', values: { ...run, prompts: 'auto' } } });
    expect(() => judge(given)).not.toThrow();
    for (const flags of [
      { lrHead: '3', prompts: 'learnable' },
      { lrHead: '3', head: 'regression' },
      { tf32: 'on', device: 'cuda' },
      { tf32: 'off' },
      { prompts: 'ma-clip', head: 'magnitude' },
    ])
      expect(() => judge({ flags: flags as Record<string, string> })).not.toThrow();
  });

  test('of a head is refused where nothing is trained, too', () => {
    expect(() => judge({ flags: { activation: 'relu' } }, false)).toThrow(/--activation is for --head mlp, but the head is prompts/);
    expect(() => judge({ flags: { lrHead: '3' } }, false)).not.toThrow();
  });
});
