/**
 * Finds duplicate keys: `JSON.parse` silently keeps the last of two, so one could hide behind the other, and no schema sees it. Headers of safetensors
 * forbid them, and an option given twice in a file is a mistake that its author should hear of.
 */

/** Strings, and the punctuation that tells keys from values. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:,]/g;

/** The first key that occurs twice in one object of a text that `JSON.parse` accepts. */
export function findDuplicateKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  let text: string | undefined;
  for (const [token] of json.matchAll(tokens)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':' && text !== undefined) {
      const key = JSON.parse(text) as string;
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
    text = token.startsWith('"') ? token : undefined;
  }
  return undefined;
}
