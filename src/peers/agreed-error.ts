/** A failure that every process knows of: process 0 says it, and all end in good order. */
import { UserError } from '../support/errors.js';

export class AgreedError extends UserError {
  override name = 'AgreedError';
}
