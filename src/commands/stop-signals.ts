/**
 * Ctrl-C, SIGTERM, SIGHUP and SIGUSR2 as a wish to stop in good order; a second one stops at once. Open MPI's mpirun passes SIGUSR2 on and waits;
 * it kills its processes a second after the others.
 */
import { isHangupIgnored } from './hangup.js';
import { watchParent } from './watch-parent.js';

const codes = { SIGINT: 130, SIGUSR2: 140, SIGTERM: 143, SIGHUP: 129 } as const;
type StopSignal = keyof typeof codes;

/** Milliseconds within which signals are one wish: a terminal sends Ctrl-C to npm too, which sends it on. */
const oneWish = 500;

export interface StopSignals {
  /** Aborted by the first signal. */
  readonly stop: AbortSignal;
  /** 128 + the number of the signal that came; 0 when none did. */
  exitCode(): number;
  /** Gives the signals back to the system. */
  ignore(): void;
  /** Ends the process by the signal that came, whatever its threads are at. */
  end(): void;
}

export function stopSignals(): StopSignals {
  const controller = new AbortController();
  let code = 0;
  let came = 0;
  let first: StopSignal | undefined;
  const onSignal = (signal: StopSignal): void => {
    if (signal === 'SIGHUP' && isHangupIgnored()) return;
    if (code === 0) {
      code = codes[signal];
      first = signal;
      came = performance.now();
      controller.abort();
    } else if (performance.now() - came > oneWish) {
      endBy(signal);
    }
  };
  const endBy = (signal: StopSignal): void => {
    // Not process.exit: it would end threads in the middle of native calls, which then abort with a message of their own.
    ignore();
    process.kill(process.pid, signal);
  };
  const signals = Object.keys(codes) as StopSignal[];
  const unwatch = watchParent(() => onSignal('SIGHUP'));
  const ignore = (): void => {
    unwatch();
    for (const signal of signals) process.off(signal, onSignal);
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    stop: controller.signal,
    exitCode: () => code,
    ignore,
    end() {
      if (first !== undefined) endBy(first);
    },
  };
}
