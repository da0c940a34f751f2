/** Texts of others come in any encoding, most of all from Windows: tables, lists of paths. */

/** UTF-8, UTF-16 with or without a mark, else Windows-1252, of which Latin-1 is a part. */
export function decodeText(bytes: Buffer): string {
  const decoded = (encoding: string, fatal = false): string => new TextDecoder(encoding, { fatal }).decode(bytes);
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return decoded('utf-16le');
  if (first === 0xfe && second === 0xff) return decoded('utf-16be');
  // Without a mark, the first character, a letter or a quote, has an empty half.
  if (bytes.length > 3 && first !== 0 && second === 0 && bytes[3] === 0) return decoded('utf-16le');
  if (bytes.length > 3 && first === 0 && second !== 0 && bytes[2] === 0) return decoded('utf-16be');
  try {
    return decoded('utf-8', true);
  } catch {
    return decoded('windows-1252');
  }
}
