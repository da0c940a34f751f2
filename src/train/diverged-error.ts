/** A training that came to values that are not finite: told apart, because one that compares learning rates goes on. */
import { UserError } from '../support/errors.js';

export class DivergedError extends UserError {
  override name = 'DivergedError';
}
