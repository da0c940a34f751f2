/** Reads files of results back: they may be of another version, or edited. */
import type { z } from 'zod';
import { UserError } from '../support/errors.js';
import { ChecksumError, parseSealed } from '../support/sealed-json.js';

/**
 * The content of a file of results.
 * @param path for messages
 * @param advice what makes the file again
 * @throws UserError when the text is not what the schema says.
 */
export function parseResult<T>(schema: z.ZodType<T>, text: string, path: string, advice = 'Evaluate the model again.'): T {
  let json: unknown;
  try {
    json = parseSealed(text);
  } catch (error) {
    const problem = error instanceof ChecksumError ? `damaged: ${error.message}` : 'not JSON';
    throw new UserError(`${path} is ${problem}. ${advice}`);
  }
  const { success, data, error } = schema.safeParse(json);
  if (success) return data;
  const [issue] = error.issues;
  throw new UserError(`${path} is not a result of this version: ${issue?.path.join('.')}: ${issue?.message}. ${advice}`);
}
