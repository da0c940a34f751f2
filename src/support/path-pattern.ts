/** Patterns of paths as shells know them: `*.jpg`, `raw/**`, `IMG_????.png`, `{a,b}*`. */
import picomatch from 'picomatch';

/** True for a path with `/` between folders that the pattern matches. */
export type PathPattern = (path: string) => boolean;

/**
 * A pattern as a function. Without a `/` it is matched against every part of a path, so that `thumbs` is a folder anywhere;
 * with one, against the whole path or a folder that it lies in. Upper and lower case are equal.
 * @param wholly it is matched against the whole path, whatever it has in it.
 */
export function pathPattern(pattern: string, { wholly = false } = {}): PathPattern {
  const plain = pattern.replaceAll('\\', '/').replace(/^\.\//, '').replace(/\/$/, '');
  const matches = picomatch(plain, { nocase: true, dot: true });
  if (wholly) return matches;
  if (!plain.includes('/')) return (path) => path.split('/').some((part) => matches(part));
  return (path) => {
    const parts = path.split('/');
    return parts.some((_, index) => matches(parts.slice(0, index + 1).join('/')));
  };
}

/** The folder without special characters in which the files of a pattern lie, and the rest; undefined for a path that is no pattern. */
export function splitPattern(pattern: string): { readonly folder: string; readonly rest: string } | undefined {
  const plain = process.platform === 'win32' ? pattern.replaceAll('\\', '/') : pattern;
  if (!/[*?[\]{}]/.test(plain)) return undefined;
  const { base, glob, isGlob } = picomatch.scan(plain);
  return isGlob ? { folder: base === '' ? (plain.startsWith('/') ? '/' : '.') : base, rest: glob } : undefined;
}
