import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { openScratch } from '#antonym/support/files/scratch-folder.js';
import { temporaryFolder } from './temporary-folder.js';

const root = await temporaryFolder();

afterEach(() => vi.unstubAllEnvs());

test('a folder for temporary files that cannot be written is named, with the reason', async () => {
  const file = join(root, 'file');
  await writeFile(file, '');
  // Windows asks TEMP
  for (const name of ['TMPDIR', 'TEMP']) vi.stubEnv(name, file);
  await expect(openScratch('test')).rejects.toThrow(
    expect.objectContaining({
      name: 'UserError',
      message: expect.stringMatching(/^Cannot write to the folder for temporary files .*file: [^\n]+\.$/),
    }),
  );
});
