/** Native libraries come in packages for one system each: of an installation that was copied from another one, or made without them, they are missing. */
import { messageOf, systemCodeOf } from './errors.js';

const codes = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED'];
/** How sharp and koffi say it. */
const sayings = /^(Could not load the "sharp" module|Cannot find the native Koffi module)/;

/** One sentence for an error that is about the installation; undefined for any other. */
export function installationFault(error: unknown): string | undefined {
  const [first = ''] = messageOf(error).split('\n');
  if (!codes.includes(systemCodeOf(error) ?? '') && !sayings.test(first)) return undefined;
  const reason = first.replace(/[.?!]$/, '');
  return `A package of this installation is missing, or is for another system: ${reason}. Install again, on this machine and with optional dependencies.`;
}
