/** Says early that a model does not tell what is wrong with images: before they are read, and before encoders run. */
import type { ModelDescription } from '../export/model-description.js';
import { ModelError } from './errors.js';

/** @throws ModelError when the model has no such output. */
export function requireDegradations({ degradations }: ModelDescription): NonNullable<ModelDescription['degradations']> {
  if (degradations !== undefined) return degradations;
  throw new ModelError('The model does not say what is wrong with an image: export its run with --degradations on.', {
    code: 'ERR_ANTONYM_BAD_ARGUMENT',
  });
}
