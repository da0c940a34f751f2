/** Standard input of a command that takes images: the content of one, or a list of paths. */
import { recognizedLength, recognizeImage } from '../images/recognize-image.js';
import { decodeText } from '../support/decode-text.js';
import { UserError } from '../support/errors.js';

/** Bytes. */
const mostRead = 2 ** 29;

/**
 * Reads standard input to its end.
 * @param isNull true when it can be nothing but a list whose paths end with NUL: such a path may be a single one that holds a line break.
 * @returns the content of an image, or the paths of a list: one a line, or separated by NUL, as `find -print0` writes them.
 * @throws UserError when it is empty, does not end or is neither.
 */
export async function readStandardInput(
  isNull = false,
  input: AsyncIterable<Buffer> = process.stdin,
): Promise<{ readonly content: Uint8Array } | { readonly paths: readonly string[] }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > mostRead) throw new UserError(`Standard input has more than ${mostRead / 2 ** 20} MiB. Give the names of files instead.`);
  }
  const content = Buffer.concat(chunks);
  if (size === 0) throw new UserError('Standard input is empty: an image or a list of paths is expected.');
  const head = content.subarray(0, recognizedLength);
  if (!isNull && !isPaths(head) && recognizeImage(head).kind !== 'unknown') return { content };
  if (content.toString('latin1', 257, 262) === 'ustar')
    throw new UserError('Standard input is a tar archive, which is read from a file: give its path instead.');
  const text = isNull ? content.toString('utf8') : decodeText(content);
  // a list that ends its paths with NUL has no empty ones
  if (/\0\0[^\0]/.test(text)) throw new UserError('Standard input is neither an image nor a list of paths.');
  const paths = text.split(isNull || text.includes('\0') ? '\0' : /\r?\n/).filter((path) => path !== '');
  return { paths };
}

/** True for text other than that of a page or drawing: a list may begin with `BMW.jpg`, as a bitmap begins with BM. */
function isPaths(head: Buffer): boolean {
  return (
    head.every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13 || byte === 0) && !/^\s*</.test(head.toString('latin1'))
  );
}
