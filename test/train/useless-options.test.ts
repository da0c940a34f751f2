import { describe, expect, test } from 'vitest';
import { flagOf, resolveOptions } from '#antonym/support/options/option-table.js';
import { trainOptions } from '#antonym/train/options.js';
import { requireUseful } from '#antonym/train/useless-options.js';

const resolved = (flags: Readonly<Record<string, string>>) => resolveOptions(trainOptions, { flags }, { cores: 2 });
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
    const given = resolved({ ...others, [key]: value });
    expect(() => requireUseful(given)).toThrow(reason);
    expect(() => requireUseful(given)).toThrow(new RegExp(`^${flagOf(key)} .*\\. Leave it out\\.$`));
    expect(() => requireUseful(resolved(others))).not.toThrow();
  });

  test('is taken from the configuration of a run, and where it changes something', () => {
    const values = { ...resolved({ lrHead: '3', prompts: 'learnable' }).values, prompts: 'auto' };
    expect(() =>
      requireUseful(resolveOptions(trainOptions, { flags: {}, file: { path: 'config.json', values } }, { cores: 2 })),
    ).not.toThrow();
    for (const flags of [
      { lrHead: '3', prompts: 'learnable' },
      { lrHead: '3', head: 'regression' },
      { tf32: 'on', device: 'cuda' },
      { tf32: 'off' },
      { prompts: 'ma-clip', head: 'magnitude' },
    ])
      expect(() => requireUseful(resolved(flags as Record<string, string>))).not.toThrow();
  });

  test('of a head is refused where nothing is trained, too', () => {
    expect(() => requireUseful(resolved({ activation: 'relu' }), false)).toThrow(/--activation is for --head mlp, but the head is prompts/);
    expect(() => requireUseful(resolved({ lrHead: '3' }), false)).not.toThrow();
  });
});
