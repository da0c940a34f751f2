/** Files that this process has begun to write beside their place: removed when a signal ends the process. */
import { rmSync } from 'node:fs';

const paths = new Set<string>();

/** @returns a function to call once the path is finished or removed. */
export function beginUnfinished(path: string): () => void {
  paths.add(path);
  return () => paths.delete(path);
}

/** Removes what this process has begun and will not finish. */
export function discardUnfinished(): void {
  for (const path of paths) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // the next process clears it
    }
  }
}
