/** Work on several things at a time that is over when it is over: after a failure, nothing of it continues behind the caller's back. */
import pLimit from 'p-limit';

/**
 * @param make is called with 0 to count - 1, for `most` at a time; after a failure, for no more.
 * @returns the results in their order.
 * @throws the first failure, once all calls under way have ended.
 */
export async function allOrFirstFailure<Result>(count: number, most: number, make: (index: number) => Promise<Result>): Promise<Result[]> {
  let failure: { readonly error: unknown } | undefined;
  const results = await pLimit(most).map(Array.from({ length: count }).keys(), async (index) => {
    if (failure !== undefined) return undefined;
    try {
      return await make(index);
    } catch (error) {
      failure ??= { error };
      return undefined;
    }
  });
  if (failure !== undefined) throw failure.error;
  return results as Result[];
}
