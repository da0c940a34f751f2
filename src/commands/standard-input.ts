/** Standard input of a command that takes images: the content of one, or a list of paths. */
import { recognizedLength, recognizeImage } from '../images/recognize-image.js';
import { UserError } from '../support/errors.js';

/** Bytes. */
const mostRead = 2 ** 29;

/**
 * Reads standard input to its end.
 * @param isNull true when it can be nothing but a list whose paths end with NUL: such a path may be a single one that holds a line break.
 * @returns the content of an image, or the paths of a list: one a line, or separated by NUL, as `find -print0` writes them.
 * @throws UserError when it is empty or does not end.
 */
export async function readStandardInput(isNull = false): Promise<{ readonly content: Uint8Array } | { readonly paths: readonly string[] }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > mostRead) throw new UserError(`Standard input has more than ${mostRead / 2 ** 20} MiB. Give the names of files instead.`);
  }
  const content = Buffer.concat(chunks);
  if (size === 0) throw new UserError('Standard input is empty: an image or a list of paths is expected.');
  if (!isNull && recognizeImage(content.subarray(0, recognizedLength)).kind !== 'unknown') return { content };
  const text = content.toString('utf8');
  const paths = text.split(isNull || text.includes('\0') ? '\0' : /\r?\n/).filter((path) => path !== '');
  return { paths };
}
