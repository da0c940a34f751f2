/** Reads flags of former versions before a command's own table does. */

/**
 * Takes a flag out of the words of a command line.
 * @returns its value, the empty text for a switch, or undefined where it is not among them or lacks its value.
 */
export function takeFlag(words: string[], flag: string, kind: 'value' | 'switch' = 'value'): string | undefined {
  const place = words.findIndex((word) => word === flag || word.startsWith(`${flag}=`));
  if (place < 0) return undefined;
  const inline = words[place]!.slice(flag.length + 1);
  if (kind === 'switch' || words[place] !== flag) {
    words.splice(place, 1);
    return inline;
  }
  const value = words[place + 1];
  if (value === undefined || value.startsWith('--')) return undefined;
  words.splice(place, 2);
  return value;
}
