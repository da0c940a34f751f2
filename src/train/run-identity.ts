/** A run is the options that it was begun with. Its checkpoints and metrics state it, so that none of another run are taken for its own. */
import { sha256Of } from '../support/sha256.js';
import { beforeOptions } from './stored-options.js';

/**
 * Options that say where photographs are, and not which they are: they may change, and checkpoints know the photographs by their content.
 */
export const placeOptions = ['data', 'exclude', 'pairs'] as const;

/** Options that change how fast a run is and nothing that it makes. */
const speedOptions = ['workers'] as const;

/**
 * The SHA-256 of a run's options. Runs of equal options on equal photographs make equal checkpoints, so they need no other name. An option that
 * has the value of before it existed counts as absent: versions that know more options name a run alike.
 * @param config the parsed `config.json`
 */
export function runIdentity(config: unknown): string {
  const left: readonly string[] = [...placeOptions, ...speedOptions, 'origins'];
  const before: Readonly<Record<string, unknown>> = beforeOptions;
  const options = Object.entries(Object(config)).filter(([key, value]) => !left.includes(key) && value !== before[key]);
  return sha256Of(JSON.stringify(options.sort()));
}
