/** Training beside process 0: the same stages as in `train-and-export.ts`, in the same order, without a run, a word or a file of its own. */
import { agree, shareText } from '../../peers/agree.js';
import type { Peers } from '../../peers/peers.js';
import { nameOfPeer } from '../../peers/roll-call.js';
import { printable } from '../../support/printable.js';
import { trainLoop } from '../../train/loop.js';
import { setUpTogether } from '../../train/set-up-together.js';
import { timeSteps } from '../../train/time-steps.js';
import { openTrainingSession } from '../../train/training-session.js';
import { stopSignals } from '../stop-signals.js';
import type { RunInProgress, TrainRequest } from './train-and-export.js';

/** @returns the exit code: 0, or 128 + signal after a stop. */
export async function trainBeside(peers: Peers, { isDry }: Pick<TrainRequest, 'isDry'>, known: RunInProgress): Promise<number> {
  const signals = stopSignals();
  try {
    await agree(peers, async () => {});
    const setup = await setUpTogether(peers, undefined);
    // process 0 judges the memory
    await agree(peers, async () => {});
    if (isDry) {
      await timeSteps(setup);
      return 0;
    }
    await agree(peers, async () => {});
    known.name = await shareText(peers, undefined);
    // a broken image is known to the process alone that needs it
    const onSkip = (image: string, reason: string): void => {
      process.stderr.write(`${printable(`skipped in ${nameOfPeer(peers.rank, peers.hosts)}: ${image}: ${reason}`)}\n`);
    };
    const session = await openTrainingSession(setup, { onSkip });
    try {
      await trainLoop(session, undefined, signals.stop, { onStart: () => {}, onStep: () => {}, onEvaluation: () => {}, onSkip });
      await peers.close();
      return signals.exitCode();
    } finally {
      await session.close();
    }
  } finally {
    signals.ignore();
  }
}
