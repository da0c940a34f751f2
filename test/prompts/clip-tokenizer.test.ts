import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { Tokenizer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanText } from '#antonym/prompts/clean-text.js';
import { encodeText, tokenize } from '#antonym/prompts/clip-tokenizer.js';

/** Hugging Face's implementation, with the configuration that it publishes for CLIP, on our vocabulary. */
function huggingFace(): Tokenizer {
  const merges = gunzipSync(readFileSync(new URL('../../assets/clip-merges.txt.gz', import.meta.url)))
    .toString()
    .trimEnd()
    .split('\n');
  const range = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const bytes = [...range(33, 126), ...range(161, 172), ...range(174, 255), ...range(256, 323)].map((code) => String.fromCharCode(code));
  const symbols = [...bytes, ...bytes.map((byte) => `${byte}</w>`), ...merges.map((merge) => merge.replace(' ', ''))];
  const added = ['<|startoftext|>', '<|endoftext|>'].map((content, index) => {
    const id = symbols.length + index;
    return { id, content, special: true, single_word: false, lstrip: false, rstrip: false, normalized: true };
  });
  return new Tokenizer(
    {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: added,
      normalizer: {
        type: 'Sequence',
        normalizers: [{ type: 'NFC' }, { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' }, { type: 'Lowercase' }],
      },
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          {
            type: 'Split',
            pattern: { Regex: "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+" },
            behavior: 'Removed',
            invert: true,
          },
          { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true },
        ],
      },
      post_processor: null,
      decoder: null,
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: '<|endoftext|>',
        continuing_subword_prefix: '',
        end_of_word_suffix: '</w>',
        fuse_unk: false,
        vocab: Object.fromEntries([...symbols, ...added.map(({ content }) => content)].map((symbol, id) => [symbol, id])),
        merges,
      },
    } as never,
    {} as never,
  );
}

const other = huggingFace();
const idsOf = (text: string): number[] => other.encode(text, { add_special_tokens: false }).ids;

describe("CLIP's tokenizer", () => {
  // ids that openai/CLIP is known to give
  test.each([
    ['a photo of a cat', [320, 1125, 539, 320, 2368]],
    ['Good photo.', [886, 1125, 269]],
    ['', []],
  ])('%j', (text, ids) => {
    expect(encodeText(text)).toEqual(ids);
  });

  test.each([
    'High-resolution image. Low-resolution image.',
    'Noise-free image; noisy image!!! ... (1920x1080, ƒ/2.8, ISO 12800)',
    "it's we'll they've I'd I'm don't o'clock 'tis",
    'naïve café Ångström ﬂ Straße ΑΣΟΣ İstanbul',
    'Δοκιμή проверка 検査 품질 جودة गुणवत्ता คุณภาพ',
    '😀 👩‍👩‍👧‍👦 🏳️‍🌈 ✓ → ∞ ½ ² Ⅷ ٣',
    'supercalifragilisticexpialidocious xqzjk'.repeat(20),
    '\u00a0 tabs\tand\nlines\u2003 \u3000spaces ',
  ])('gives the same ids as another implementation for %j', (text) => {
    expect(encodeText(text)).toEqual(idsOf(cleanText(text)));
  });

  test('gives the same ids as another implementation for any text', () => {
    // & begins an entity, and < may begin a mark, which only this implementation reads
    const text = fc.string({
      unit: fc.oneof(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }), fc.constantFrom(...'aeiost 019\'".,-')),
      maxLength: 60,
    });
    fc.assert(
      fc.property(
        text.filter((string) => !/[&<]/.test(string)),
        (string) => {
          expect(encodeText(string)).toEqual(idsOf(cleanText(string)));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('reads the marks of start and end in a text, as the original does', () => {
    expect(encodeText('<|startoftext|>a<|endoftext|>')).toEqual([49406, 320, 49407]);
  });

  test('frames texts by start and end, fills up with zeros, and refuses what is longer', () => {
    const { shape, data } = tokenize(['a photo of a cat', 'a '.repeat(75)], 77);
    expect(shape).toEqual([2, 77]);
    const ids = Array.from(data, Number);
    expect(ids.slice(0, 77)).toEqual([49406, 320, 1125, 539, 320, 2368, 49407, ...Array(70).fill(0)]);
    expect(ids.slice(77)).toEqual([49406, ...Array(75).fill(320), 49407]);
    expect(() => tokenize(['a '.repeat(76)], 77)).toThrow(/has 76 tokens, but the text encoder reads at most 75/);
  });
});

describe('cleaning of text', () => {
  // right-hand sides by Python's html.unescape, twice, and by what the documentation of ftfy promises
  test.each([
    ['&lt;b&gt; Tom &amp;amp; Jerry', '<b> tom & jerry'],
    ['caf&eacute; &#233; &#xE9; &eacute', 'café é é é'],
    ['&notit; &ampquot; &nosuch; &', '¬it; " &nosuch; &'],
    ['A\n\n  B\tC', 'a b c'],
    ['“Sharp” ‘edges’ ﬁne ＦＵＬＬ\u3000width', '"sharp" \'edges\' fine full width'],
    ['e\u0301 \ufeffx\u0007y', 'é xy'],
  ])('%j', (text, clean) => {
    expect(cleanText(text)).toBe(clean);
  });
});
