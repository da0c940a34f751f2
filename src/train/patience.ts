/** A stop waits only so long for what is under way: whoever ends a program gives it seconds, and a step of a large model takes longer. */

export class Patience {
  /** When the stop came. */
  private asked = 0;

  /**
   * @param stop aborted to stop
   * @param milliseconds after the stop for which work is waited for, whatever the number of works
   */
  constructor(
    private readonly stop: AbortSignal,
    readonly milliseconds: number,
  ) {
    const ask = (): void => {
      this.asked = performance.now();
    };
    if (stop.aborted) ask();
    else stop.addEventListener('abort', ask, { once: true });
  }

  /**
   * Waits for work, but not when it takes too long after the stop: then it goes on, and its result and its failure are nobody's.
   * @param canLeave asked when the patience ends; false: waits to the end
   * @returns undefined when the work is left
   */
  async for<T extends object>(work: Promise<T>, canLeave: () => boolean): Promise<T | undefined> {
    let timer: NodeJS.Timeout | undefined;
    let leave = (): void => {};
    const left = new Promise<undefined>((resolve) => {
      leave = () => void (canLeave() && resolve(undefined));
    });
    const startTimer = (): void => {
      timer = setTimeout(leave, Math.max(0, this.asked + this.milliseconds - performance.now()));
    };
    if (this.stop.aborted) startTimer();
    else this.stop.addEventListener('abort', startTimer, { once: true });
    try {
      return await Promise.race([work, left]);
    } finally {
      clearTimeout(timer);
      this.stop.removeEventListener('abort', startTimer);
    }
  }
}
