/** Computes the next results while the current one is used. */

/**
 * The result of every item, in their order.
 * @param ahead number of results being made, or made and waiting, besides the current one.
 * @throws whatever `make` throws, when the failed item's turn comes; items already begun end unobserved.
 */
export async function* resultsAhead<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  ahead: number,
  make: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void> {
  const making: Promise<Result>[] = [];
  for await (const item of items) {
    const result = make(item);
    // Marked as handled: it is thrown to the consumer when the item's turn comes.
    result.catch(() => {});
    making.push(result);
    if (making.length > ahead) yield await making.shift()!;
  }
  for (const result of making) yield await result;
}
