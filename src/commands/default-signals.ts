/** A signal that no command waits for ends the program: what was begun beside its place goes, and the system ends the process as always. */
import { constants } from 'node:os';
import { discardUnfinished } from '../support/files/unfinished.js';
import { isHangupIgnored } from './hangup.js';
import { watchParent } from './watch-parent.js';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Milliseconds after which a process that the system does not end by a signal, as the first one of a container, ends itself. */
const untilExit = 200;

/** For the life of the process. */
export function installDefaultSignals(): void {
  for (const signal of signals) {
    const end = (): void => {
      // A command stops in good order.
      if (process.listenerCount(signal) > 1) return;
      if (signal === 'SIGHUP' && isHangupIgnored()) return;
      discardUnfinished();
      process.off(signal, end);
      process.kill(process.pid, signal);
      setTimeout(() => process.exit(128 + constants.signals[signal]), untilExit);
    };
    process.on(signal, end);
  }
  watchParent(() => process.kill(process.pid, 'SIGHUP'));
}
