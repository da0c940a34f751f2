/** A thread that helps with updates: it takes the step for the tensors that it is given, and gives them back. */
import { takeStep, type UpdatedTensors } from './adamw.js';
import { answerRequests } from './answer-requests.js';
import { sumOfSquares } from './state-arithmetic.js';
import { buffersOf, type UpdateReply, type UpdateRequest } from './update-messages.js';

let taken: readonly UpdatedTensors[] = [];

answerRequests<UpdateRequest, UpdateReply>(
  async (request) => {
    if (request.kind === 'take') {
      taken = request.tensors;
      return { squares: taken.map(({ gradient }) => sumOfSquares(gradient)) };
    }
    const tensors = taken;
    taken = [];
    if (request.step) for (const one of tensors) takeStep(one, request.step);
    return { tensors };
  },
  (reply) => ('tensors' in reply ? buffersOf(reply.tensors) : []),
);
