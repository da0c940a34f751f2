/** Text as CLIP's tokenizer wants it: what openai/CLIP does with ftfy and html.unescape, for all but garbled encodings. */
import { decodeHTML } from 'entities/decode';

/**
 * Repairs of ftfy's `fix_text` that change one character at a time (its repair of text decoded by a wrong encoding is left out):
 * https://ftfy.readthedocs.io/en/latest/config.html
 */
const repairs: readonly (readonly [RegExp, string | ((found: string) => string)])[] = [
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is removed
  [/[\x00-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]/g, ''],
  // ligatures of Latin letters, full-width and half-width forms
  [/[\u0132\u0133\u0149\u01c4-\u01cc\u01f1-\u01f3\ufb00-\ufb06\u3000\uff01-\uffef]/g, (found) => found.normalize('NFKC')],
  [/[\u02bc\u2018-\u201b]/g, "'"],
  [/[\u201c-\u201f]/g, '"'],
];

/** @returns lower case in normal form NFC, HTML entities decoded (twice, as the original), white space collapsed. */
export function cleanText(text: string): string {
  const repaired = repairs.reduce(
    (result, [from, to]) => (typeof to === 'string' ? result.replace(from, to) : result.replace(from, to)),
    text,
  );
  return decodeHTML(decodeHTML(repaired.normalize('NFC')))
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}
