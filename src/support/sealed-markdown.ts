/** Pages of Markdown that carry their own checksum in their metadata, between the first lines `---`: what a disk or a copy changed can be told. */
import { sha256Of } from './sha256.js';

const key = 'sha256_of_the_other_lines';
const sealed = new RegExp(`^---\n${key}: ([0-9a-f]{64})\n`);
/** A checksum whose key is damaged: no other metadata look like it. */
const remains = /^.{0,70}[0-9a-f]{20}/s;

/** @param text that begins with `---`; `grep -v sha256_of FILE | sha256sum` gives the checksum */
export function sealMarkdown(text: string): string {
  if (!text.startsWith('---\n')) throw new Error('the page has no metadata');
  return text.replace('---\n', `---\n${key}: ${sha256Of(text)}\n`);
}

/** True where the checksum is that of another text, or is damaged itself. One without, as earlier versions wrote them, is as it should be. */
export function isChangedMarkdown(text: string): boolean {
  const [, stated] = sealed.exec(text) ?? [];
  return stated === undefined ? remains.test(text) : sha256Of(text.replace(sealed, '---\n')) !== stated;
}
