/** The end of a training that a stop left in the midst of a step. */
import type { StopSignals } from '../stop-signals.js';
import type { TrainingRun } from './training-run.js';

/** Ends the process although its engine still computes, for nobody. The first process of a container cannot be ended so: it waits for the engine. */
export async function endNow(run: Pick<TrainingRun, 'close'>, signals: StopSignals): Promise<void> {
  await run.close();
  signals.end();
}
