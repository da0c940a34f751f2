/** Elements of a stored tensor as float32, or a message that they are no such numbers. */

import { UserError } from '../../support/errors.js';
import { isFloating, type StoredType, toFloat32 } from '../../tensors/stored-types.js';

/** @throws UserError, naming the tensor, when its elements are not floating-point numbers. */
export function floatingValues(type: StoredType, buffer: ArrayBuffer, name: string, path: string): Float32Array {
  if (!isFloating(type)) throw new UserError(`${path} cannot be used: the tensor ${name} is of type ${type}, not of a floating-point type`);
  return toFloat32(type, buffer);
}
