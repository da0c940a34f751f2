/** CLIP's tokenizer: byte pair encoding of lower-case text (Sennrich et al. 2016, arXiv 1508.07909; over bytes as in GPT-2). */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { UserError } from '../support/errors.js';
import type { TensorData } from '../tensors/tensor-data.js';
import { cleanText } from './clean-text.js';

interface Vocabulary {
  /** Symbol -> id: the bytes, the bytes that end a word, each merge. */
  readonly ids: ReadonlyMap<string, number>;
  /** `first second` -> how early it is merged. */
  readonly ranks: ReadonlyMap<string, number>;
  readonly start: number;
  readonly end: number;
}

const wordEnd = '</w>';
const [startMark, endMark] = ['<|startoftext|>', '<|endoftext|>'];
const words = /<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/giu;

/** Each byte as a character that can be printed: itself where it can, else the characters from 256 on, in order. */
const byteSymbols = ((): readonly string[] => {
  const printable = (byte: number): boolean => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 255 && byte !== 173);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
})();

/**
 * The ids of a text of any length, without start and end.
 * @param text cleaned as the original does (see `cleanText`)
 */
export function encodeText(text: string): number[] {
  const { ids, start, end } = vocabulary();
  return [...cleanText(text).matchAll(words)].flatMap(([word]) => {
    if (word === startMark) return [start];
    if (word === endMark) return [end];
    return mergePairs(word).map((symbol) => ids.get(symbol)!);
  });
}

/**
 * Texts as the text encoder takes them: start, tokens, end, zeros.
 * @param contextLength tokens of the longest text, with the two that mark its start and its end: 77 in CLIP
 * @returns int64 [texts, contextLength]
 * @throws UserError when a text is longer; the original refuses it too.
 */
export function tokenize(texts: readonly string[], contextLength: number): TensorData {
  const { start, end } = vocabulary();
  const data = new BigInt64Array(texts.length * contextLength);
  for (const [row, text] of texts.entries()) {
    const tokens = [start, ...encodeText(text), end];
    if (tokens.length > contextLength) {
      throw new UserError(
        `The prompt ${JSON.stringify(text)} has ${tokens.length - 2} tokens, but the text encoder reads at most ${contextLength - 2}: shorten it.`,
      );
    }
    data.set(tokens.map(BigInt), row * contextLength);
  }
  return { dataType: 'int64', shape: [texts.length, contextLength], data };
}

/** The symbols of a word: from single bytes, the pair that is merged earliest is merged wherever it occurs, until none is left. */
function mergePairs(word: string): string[] {
  const { ranks } = vocabulary();
  let symbols = Array.from(Buffer.from(word), (byte) => byteSymbols[byte]!);
  symbols.push(symbols.pop()! + wordEnd);
  for (;;) {
    let best: readonly [string, string] | undefined;
    let bestRank = Number.POSITIVE_INFINITY;
    for (let index = 0; index + 1 < symbols.length; index++) {
      const rank = ranks.get(`${symbols[index]} ${symbols[index + 1]}`);
      if (rank !== undefined && rank < bestRank) [best, bestRank] = [[symbols[index]!, symbols[index + 1]!], rank];
    }
    if (!best) return symbols;
    const merged: string[] = [];
    for (let index = 0; index < symbols.length; index++) {
      const isPair = symbols[index] === best[0] && symbols[index + 1] === best[1];
      merged.push(isPair ? best[0] + best[1] : symbols[index]!);
      if (isPair) index++;
    }
    symbols = merged;
  }
}

let loaded: Vocabulary | undefined;

function vocabulary(): Vocabulary {
  loaded ??= loadVocabulary();
  return loaded;
}

/** Ids follow from the order: printable bytes, other bytes, the same at the end of words, merges, the two marks. */
function loadVocabulary(): Vocabulary {
  const merges = gunzipSync(readFileSync(new URL('../../assets/clip-merges.txt.gz', import.meta.url)))
    .toString('utf8')
    .trimEnd()
    .split('\n');
  const bytes = [...byteSymbols].sort((a, b) => a.charCodeAt(0) - b.charCodeAt(0));
  const symbols = [...bytes, ...bytes.map((symbol) => symbol + wordEnd), ...merges.map((merge) => merge.replace(' ', ''))];
  return {
    ids: new Map(symbols.map((symbol, id) => [symbol, id])),
    ranks: new Map(merges.map((merge, rank) => [merge, rank])),
    start: symbols.length,
    end: symbols.length + 1,
  };
}
