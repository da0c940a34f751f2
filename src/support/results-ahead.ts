/** Keeps the next results in the making while the present one is used. */

/**
 * The result of every item, in their order.
 * @param ahead how many results are in the making (or made and not yet asked for) besides the one that is asked for.
 * @throws what `make` throws, when the failed item's turn comes; items already in the making are left to end unseen.
 */
export async function* resultsAhead<Item, Result>(
  items: Iterable<Item>,
  ahead: number,
  make: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void> {
  const making: Promise<Result>[] = [];
  for (const item of items) {
    const result = make(item);
    // Thrown to the consumer in the order of items; until then it is not unhandled.
    result.catch(() => {});
    making.push(result);
    if (making.length > ahead) yield await making.shift()!;
  }
  for (const result of making) yield await result;
}
