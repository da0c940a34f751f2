/** Computes the next results while the current one is used. */
import { onAbort } from './on-abort.js';

/**
 * The result of every item, in their order. A result that is there does not wait for the next item, which may wait for the result.
 * @param ahead number of results being made, or made and waiting, besides the current one.
 * @param signal ends the loop with its reason, also while an item is awaited.
 * @throws whatever `make` throws, when the failed item's turn comes; items already begun end unobserved.
 * @throws whatever the source of the items throws, after the results of those that came before.
 */
export async function* resultsAhead<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  ahead: number,
  make: (item: Item) => Promise<Result>,
  signal?: AbortSignal,
): AsyncGenerator<Result, void> {
  const source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const making: Promise<Result>[] = [];
  let [isAtEnd, isLeft] = [false, false];
  let failure: { readonly error: unknown } | undefined;
  const begin = async (): Promise<void> => {
    try {
      const { done, value } = await source.next();
      isAtEnd = done === true;
      if (isAtEnd || isLeft) return;
      const result = make(await value);
      // Marked as handled: it is thrown to the consumer when the item's turn comes.
      result.catch(() => {});
      making.push(result);
    } catch (error) {
      failure = { error };
      isAtEnd = true;
    }
  };
  let beginning: Promise<void> | undefined;
  let leave: (reason: unknown) => void = () => {};
  const forget = onAbort(signal, () => leave(signal!.reason));
  try {
    for (;;) {
      signal?.throwIfAborted();
      if (!isAtEnd && making.length <= ahead) beginning ??= begin();
      const [first] = making;
      if (first === undefined && beginning === undefined) break;
      const isMade = await new Promise<boolean>((resolve, reject) => {
        leave = reject;
        beginning?.then(() => resolve(false));
        first?.then(
          () => resolve(true),
          () => resolve(true),
        );
      });
      if (isMade) yield await making.shift()!;
      else beginning = undefined;
    }
    if (failure) throw failure.error;
  } finally {
    isLeft = true;
    forget();
    if (!isAtEnd) await endOf(source, beginning !== undefined);
  }
}

/** Lets a source free what it holds. One that waits for something of its own is told, and not waited for. */
async function endOf(source: AsyncIterator<unknown> | Iterator<unknown>, isWaiting: boolean): Promise<void> {
  const ended = Promise.resolve(source.return?.());
  if (isWaiting) ended.catch(() => {});
  else await ended;
}
