import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { cardHead } from '#antonym/export/card-head.js';
import { isChangedMarkdown, sealMarkdown } from '#antonym/support/sealed-markdown.js';
import { damages } from './files/damages.js';

const page = `${cardHead('A model')}\n\n| File | SHA-256 |\n| -- | -- |\n| model.onnx | \`${'ab'.repeat(32)}\` |\n`;

test('a page is as it was written, or of a version without checksums', () => {
  const text = sealMarkdown(page);
  expect(isChangedMarkdown(text)).toBe(false);
  expect(isChangedMarkdown(page)).toBe(false);
  const others = text.split('\n').filter((line) => !line.includes('sha256_of'));
  expect(text).toContain(createHash('sha256').update(others.join('\n')).digest('hex'));
});

test('no flipped bit and no cut is taken for it', () => {
  const text = Buffer.from(sealMarkdown(page));
  for (const damaged of damages(text, text.length)) {
    // less than the checksum is no page
    if (damaged.length > 80) expect(isChangedMarkdown(damaged.toString()), `${damaged}`).toBe(true);
  }
});
