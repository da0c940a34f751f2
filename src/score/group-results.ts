/** The order of scored photographs by groups that nearly repeat each other, such as bursts: the best group first, in each the best first. */

/**
 * @param results with a score each
 * @param groups images that nearly repeat each other; the others are a group each
 * @returns the results in order, with the number of their group from 1
 */
export function groupResults<T extends { readonly image: string; readonly score: number }>(
  results: readonly T[],
  groups: readonly (readonly string[])[],
): (T & { readonly group: number })[] {
  const keyOf = new Map(groups.flatMap((group) => group.map((image) => [image, group[0]!] as const)));
  const sorted = [...results].sort((a, b) => b.score - a.score || (a.image < b.image ? -1 : 1));
  // in the order of the best of each, since the list is
  const members = new Map<string, T[]>();
  for (const result of sorted) {
    const key = keyOf.get(result.image) ?? result.image;
    members.set(key, [...(members.get(key) ?? []), result]);
  }
  return [...members.values()].flatMap((list, index) => list.map((result) => ({ ...result, group: index + 1 })));
}
