/** Answers requests of request-thread.test.ts: what is to be done with a value, and the value. */
import { UserError } from '#antonym/support/errors.js';
import { answerRequests, dataOfThread } from '#antonym/support/threads/answer-requests.js';

const { greeting, isConcurrent } = dataOfThread();
let answered = 0;

answerRequests(
  async ({ task, value }) => {
    if (task === 'wait') await new Promise((resolve) => setTimeout(resolve, value));
    if (task === 'refuse') throw new UserError(value, { code: 'ERR_ANTONYM_TOO_SMALL' });
    if (task === 'break') throw new TypeError(value);
    if (task === 'end') process.exit(value);
    return { greeting, value, turn: ++answered };
  },
  ({ value }) => (ArrayBuffer.isView(value) ? [value.buffer] : []),
  { isConcurrent },
);
