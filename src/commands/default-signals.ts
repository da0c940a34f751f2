/** What a signal does where no command waits for it: what was begun beside its place goes, and the system ends the process as always. */
import { discardUnfinished } from '../support/files/unfinished.js';

export const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** For the life of the process. Listeners that a command adds come before it. */
export function installDefaultSignals(): void {
  for (const signal of endingSignals) {
    const end = (): void => {
      if (process.listenerCount(signal) > 1) return;
      discardUnfinished();
      process.off(signal, end);
      process.kill(process.pid, signal);
    };
    process.on(signal, end);
  }
}
