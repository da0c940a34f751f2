import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { optionsPage } from '#antonym/commands/options-page.js';

const page = await optionsPage();

describe('docs/options.md', () => {
  test('is what npm run docs writes', async () => {
    expect(await readFile('docs/options.md', 'utf8')).toBe(page);
  });

  test('has every command and no line above 140 columns', () => {
    expect(page).toMatch(/^## degrade shards$/m);
    expect(page).toMatch(/^- `--batch-size [A-Z]+`: /m);
    expect(page.split('\n').filter((line) => line.length > 140)).toEqual([]);
  });
});
