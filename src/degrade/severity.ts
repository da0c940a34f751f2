/** Converts severity levels to strengths: any number of levels over a distortion's table. */

/**
 * The strength of one severity level: linear interpolation in the index of the table, so that level 1 is the table's first (mildest)
 * value, the last level its last, and `levels` = table length gives the table itself. Strictly monotone if the table is.
 * @param level 1..levels; level 0 is the pristine image, which no distortion touches.
 * @param levels 2 or more.
 * @throws RangeError outside these ranges.
 */
export function strengthAt(severities: readonly number[], level: number, levels: number): number {
  if (!Number.isInteger(levels) || levels < 2) throw new RangeError(`expected at least 2 levels but received ${levels}`);
  if (!Number.isInteger(level) || level < 1 || level > levels)
    throw new RangeError(`expected a level in 1..${levels} but received ${level}`);
  if (severities.length === 0) throw new RangeError('a severity table needs at least one strength');
  const position = ((level - 1) / (levels - 1)) * (severities.length - 1);
  const index = Math.min(Math.floor(position), severities.length - 1);
  const low = severities[index] as number;
  const high = severities[Math.min(index + 1, severities.length - 1)] as number;
  return low + (high - low) * (position - index);
}
