/** Ctrl-C and SIGTERM as a wish to stop in good order; a second one stops at once. */

const codes = { SIGINT: 130, SIGTERM: 143 } as const;

export interface StopSignals {
  /** Aborted by the first signal. */
  readonly stop: AbortSignal;
  /** 128 + the number of the signal that came; 0 when none did. */
  exitCode(): number;
  /** Gives the signals back to the system. */
  ignore(): void;
}

export function stopSignals(): StopSignals {
  const controller = new AbortController();
  let code = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (code !== 0) {
      // Not process.exit: it would end threads in the middle of native calls, which then abort with a message of their own.
      ignore();
      process.kill(process.pid, signal);
      return;
    }
    code = codes[signal as keyof typeof codes];
    controller.abort();
  };
  const ignore = (): void => {
    for (const signal of Object.keys(codes)) process.off(signal, onSignal);
  };
  for (const signal of Object.keys(codes)) process.on(signal, onSignal);
  return {
    stop: controller.signal,
    exitCode: () => code,
    ignore,
  };
}
