/** A thread that answers after as many milliseconds as it is asked for, and fails where that is negative. */
import { setTimeout as sleep } from 'node:timers/promises';
import { answerRequests } from '#antonym/support/threads/answer-requests.js';

answerRequests(
  async (milliseconds) => {
    if (milliseconds < 0) throw new Error('asked to fail');
    if (milliseconds > 0) await sleep(milliseconds);
    return milliseconds;
  },
  () => [],
);
