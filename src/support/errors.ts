/** Errors that a person can act on: shown as one line, without a stack. */

/** A fault outside the program: a flag, a file, a device. The message says what, why and what to do. */
export class UserError extends Error {
  override name = 'UserError';
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The system's code (`ENOENT`, `ENOSPC`, ...) of a failed call, if it has one. */
export function systemCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
