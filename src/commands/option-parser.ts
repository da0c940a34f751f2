/** Lets the command-line parser read the kinds of options, so that their bounds are stated once and errors have one style. */
import { UserError } from '../support/errors.js';
import type { OptionKind } from '../support/options/option-kinds.js';

/**
 * From the text of a flag to its value.
 * @param flag as typed: `--crop`.
 * @throws UserError (the function returned) for a text that the kind does not accept.
 */
export function optionParser<T>(flag: string, kind: OptionKind<T>): (text: string) => T {
  return (text) => {
    const result = kind.schema.safeParse(kind.fromText(text));
    if (result.success) return result.data;
    throw new UserError(`${flag} must be ${kind.expected}, but received ${text === '' ? 'nothing' : text}`);
  };
}
