/** Errors of the library, with codes for programs; `cause` leads down to the system's own. */

import { isOutOfMemory } from '../runtime/devices/device.js';
import { type ErrorCode, systemCodeOf, UserError } from '../support/errors.js';
import { PassingError } from '../support/files/passing-failures.js';
import type { ImageInput } from './image-input.js';

/** An image cannot be scored: it cannot be read, is smaller than the model's minimum, or is no `ImageInput`. */
export class ImageError extends UserError {
  override name = 'ImageError';

  constructor(
    message: string,
    /** As it was given. */
    readonly image: ImageInput,
    options: ErrorOptions & { readonly code: ErrorCode },
  ) {
    super(message, options);
  }
}

/** A model cannot be used: its files are missing or are not what they should be, too many images wait for it, or it was closed. */
export class ModelError extends UserError {
  override name = 'ModelError';
}

/** A fault as the model's; those that are the program's own stay as they are. */
export function modelError(error: unknown): unknown {
  if (error instanceof ModelError || !(error instanceof UserError)) return error;
  const system = systemFault(error);
  return new ModelError(error.message, { cause: error, code: error.code === 'ERR_ANTONYM_FAILED' && system ? system : error.code });
}

/** The code of an image that cannot be read. */
export function readingFault(error: unknown): ErrorCode {
  if (error instanceof UserError && error.code !== 'ERR_ANTONYM_FAILED') return error.code;
  return systemFault(error) ?? 'ERR_ANTONYM_NOT_AN_IMAGE';
}

/** The code of a failed call of the system, or of a lack of memory, that lies at the bottom of an error. */
function systemFault(error: unknown): ErrorCode | undefined {
  for (let cause: unknown = error; cause instanceof Error; cause = (cause as Error).cause) {
    if (cause instanceof PassingError) return 'ERR_ANTONYM_BUSY';
    if (isOutOfMemory(cause as Error)) return 'ERR_ANTONYM_OUT_OF_MEMORY';
    const code = systemCodeOf(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'ERR_ANTONYM_NO_SUCH_FILE';
    if (code !== undefined && /^E[A-Z]+$/.test(code)) return 'ERR_ANTONYM_UNREADABLE_FILE';
  }
  return undefined;
}
