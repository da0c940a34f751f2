/** The one failure of a pair that training can step over: an image that turns out to be broken when its pixels are needed. */
import { UserError } from '../support/errors.js';

/** Names the image and what is wrong with it. */
export class UnusableImageError extends UserError {
  override name = 'UnusableImageError';
}
