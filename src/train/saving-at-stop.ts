/**
 * Processes that train together end their step together, which takes longer than some launchers wait. So what came before the work under way is saved
 * when the stop comes, and the work continues.
 */

/**
 * @param save called once, when the stop comes before the work has ended; undefined where there is nothing to save
 * @throws what the work throws, or the saving
 */
export async function savingAtStop<Result>(
  stop: AbortSignal,
  save: (() => Promise<void>) | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  if (save === undefined) return work();
  let saving: Promise<void> | undefined;
  const start = (): void => {
    saving = save();
    // told below
    saving.catch(() => {});
  };
  if (stop.aborted) start();
  else stop.addEventListener('abort', start, { once: true });
  try {
    return await work();
  } finally {
    stop.removeEventListener('abort', start);
    await saving;
  }
}
