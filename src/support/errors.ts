/** Errors that a person can act on: shown as one line, without a stack. */

/** Names of faults for programs, which stay the same between versions; docs/library.md lists them. */
export const errorCodes = {
  ERR_ANTONYM_BAD_ARGUMENT: 'what was given is of no kind that the call takes, or does not fit together',
  ERR_ANTONYM_BAD_MODEL: 'a file is not a model of this program, or its parts do not belong together',
  ERR_ANTONYM_BUSY: 'the machine lacks memory, threads or open files, or a drive does not answer: the input may be good',
  ERR_ANTONYM_CLOSED: 'the model was closed',
  ERR_ANTONYM_FAILED: 'any other fault; the message says which',
  ERR_ANTONYM_NO_DEVICE: 'the device that is asked for is not there, or cannot be used',
  ERR_ANTONYM_NO_RUNTIME: 'ONNX Runtime, or a file of this package that starts it, is missing or cannot be loaded',
  ERR_ANTONYM_NO_SUCH_FILE: 'a file, a folder or a run is not there',
  ERR_ANTONYM_NOT_AN_IMAGE: 'the content is not an image that can be read: of another format, damaged, cut off or too large',
  ERR_ANTONYM_OUT_OF_MEMORY: 'the memory of the machine or the device does not suffice',
  ERR_ANTONYM_QUEUE_FULL: 'as many images wait as `maxQueue` allows',
  ERR_ANTONYM_TOO_SMALL: "the image is smaller than the model's minimum",
  ERR_ANTONYM_UNREADABLE_FILE: 'a file is there, but the system does not let it be read',
} as const;
export type ErrorCode = keyof typeof errorCodes;

/** A fault outside the program: a flag, a file, a device. The message says what, why and what to do. */
export class UserError extends Error {
  override name = 'UserError';
  readonly code: ErrorCode;

  constructor(message: string, { code = 'ERR_ANTONYM_FAILED', ...options }: ErrorOptions & { readonly code?: ErrorCode } = {}) {
    super(message, options);
    this.code = code;
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A reason as the end of an error: with one full stop. */
export function asSentence(reason: string): string {
  return /[.?!]$/.test(reason) ? reason : `${reason}.`;
}

/** The system's code (`ENOENT`, `ENOSPC`, ...) of a failed call, if it has one. */
export function systemCodeOf(error: unknown): string | undefined {
  if (error instanceof UserError) return undefined;
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
