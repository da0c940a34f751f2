import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linesOf } from '#antonym/score/parts/list-lines.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';

const folder = await temporaryFolder();

test('the parts of a list are its lines, each once and in order, however many parts there are', async () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'é', '/', ' ', '.'), maxLength: 12 });
  let file = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 30 }),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      fc.integer({ min: 1, max: 9 }),
      async (lines, end, isEnded, of) => {
        const list = join(folder, `list-${file++}`);
        await writeFile(list, lines.join(end) + (isEnded ? end : ''));
        const found: string[] = [];
        for (let number = 1; number <= of; number++) {
          let last = 0;
          for await (const { text, share } of linesOf(list, { number, of })) {
            found.push(text);
            expect(share).toBeGreaterThan(last);
            expect(share).toBeLessThanOrEqual(1);
            last = share!;
          }
        }
        expect(found).toEqual(lines.filter((text) => text !== ''));
      },
    ),
    // rounding may not lose the last byte
    { numRuns: 60, examples: [[['aa', 'a', 'aaaaaaaéé', 'aaaé', 'éaaaaaaaaa', 'aaéa', 'aaaaa', 'aaaa', 'a'], '\r\n', false, 7]] },
  );
});

test('a mark at the beginning is no part of the first path', async () => {
  const list = join(folder, 'marked');
  await writeFile(list, '\ufeffa.jpg\r\nb.jpg\r\n');
  const found: string[] = [];
  for await (const { text } of linesOf(list, { number: 1, of: 1 })) found.push(text);
  expect(found).toEqual(['a.jpg', 'b.jpg']);
});

test('a file that is no list of paths, or not there, is refused', async () => {
  const list = join(folder, 'picture');
  await writeFile(list, Buffer.alloc(100_000, 1));
  const read = async (path: string): Promise<void> => {
    for await (const _ of linesOf(path, { number: 1, of: 1 }));
  };
  await expect(read(list)).rejects.toThrow(`${list} is not a list of paths: it has a line of more than 65536 bytes.`);
  await writeFile(list, Buffer.from('\ufeffa.jpg\r\nb.jpg\r\n', 'utf16le'));
  await expect(read(list)).rejects.toThrow(
    /is not a list of paths: it has bytes that no path has, as texts in UTF-16 do\. Save it as UTF-8\.$/,
  );
  await expect(read(join(folder, 'none'))).rejects.toThrow(/Cannot read the list .*none: it does not exist\./);
});
