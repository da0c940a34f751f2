/** Tokenizers that models bring in a file beside their weights, as Hugging Face's libraries write it. */
import { dirname, join } from 'node:path';
import type { Tokenizer } from '@huggingface/tokenizers';
import { messageOf, UserError } from '../support/errors.js';
import { fileError } from '../support/files/file-errors.js';
import { readRegularText } from '../support/files/regular-file.js';
import type { TensorData } from '../tensors/tensor-data.js';

const tokenizerName = 'tokenizer.json';
/** Gemma's, of 256,000 tokens, takes 34 MB. */
const longestFile = 2 ** 27;

/** As SigLIP 2 was trained (big_vision's `tok(length=64, model="gemma", bos="no", eos="sticky")`). */
const [padding, end] = [0, 1];

/**
 * Texts as SigLIP 2's text encoder takes them: lower case, tokens, the end, padding.
 * @param weights the file that the tokenizer lies beside
 * @returns int64 [texts, context]
 * @throws UserError when there is no tokenizer, it cannot be used, or a text is too long (the original cuts it off).
 */
export async function tokenizeByModel(texts: readonly string[], context: number, weights: string): Promise<TensorData> {
  const tokenizer = await openTokenizer(join(dirname(weights), tokenizerName));
  const data = new BigInt64Array(texts.length * context).fill(BigInt(padding));
  for (const [row, text] of texts.entries()) {
    const ids = [...tokenizer.encode(text.toLowerCase(), { add_special_tokens: false }).ids, end];
    if (ids.length > context) {
      throw new UserError(
        `The prompt ${JSON.stringify(text)} has ${ids.length - 1} tokens, but the text encoder reads at most ${context - 1}: shorten it.`,
      );
    }
    data.set(ids.map(BigInt), row * context);
  }
  return { dataType: 'int64', shape: [texts.length, context], data };
}

async function openTokenizer(path: string): Promise<Tokenizer> {
  let json: string;
  try {
    json = await readRegularText(path, longestFile);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new UserError(
        `Prompts of words need the tokenizer of the weights, but there is no ${path}: put the ${tokenizerName} that is published with them there, or choose --prompts seeded.`,
      );
    }
    throw fileError('read', path, error);
  }
  // loaded where it is needed: few runs have such a tokenizer
  const library = await import('@huggingface/tokenizers');
  try {
    return new library.Tokenizer(JSON.parse(json), {});
  } catch (error) {
    throw new UserError(`${path} is not a tokenizer that can be used: ${messageOf(error)}.`);
  }
}
