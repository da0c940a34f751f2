/** Names by which outputs of a graph become state: the one convention that training graphs, lowering and every engine share. */

/** An output with this prefix becomes the state tensor of the rest of its name, and is not returned. */
export const nextPrefix = 'next.';

/** The state tensor that an output becomes; undefined for an output that is returned. */
export function stateName(output: string): string | undefined {
  return output.startsWith(nextPrefix) ? output.slice(nextPrefix.length) : undefined;
}
