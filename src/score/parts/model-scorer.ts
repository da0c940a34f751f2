/** The rows of a list that one model scores: an image, its score, and its opinion where the model is calibrated. */
import { UserError } from '../../support/errors.js';
import { ImageError, readingFault } from '../errors.js';
import type { Model } from '../model.js';
import { opinionMapOf } from '../opinion-map.js';
import type { PartScorer } from './score-part.js';

export function modelScorer(model: Model): PartScorer {
  const opinion = opinionMapOf(model.description);
  return {
    async rowOf({ name, input }) {
      try {
        if (input instanceof UserError) throw input;
        const score = await model.score(input);
        return { image: name, score, ...(opinion && { opinion: opinion.of(score) }) };
      } catch (error) {
        const code = readingFault(error);
        // a row is for ever: one that fails for the moment is left to the next command
        if (!(error instanceof ImageError || error === input) || code === 'ERR_ANTONYM_BUSY') throw error;
        return { image: name, error: (error as Error).message, code };
      }
    },
    close: () => model.close(),
  };
}
