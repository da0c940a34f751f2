/** Shared parts of benchmarks: medians, memory, and one way to print. */

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The most memory that this process has held so far, MiB. */
export function peakMemory(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

/** A table of names and values, or one JSON object. */
export function printFigures(figures: Readonly<Record<string, string | number>>, json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify(figures)}\n`);
  else for (const [name, value] of Object.entries(figures)) process.stdout.write(`${name.padEnd(22)} ${value}\n`);
}

/**
 * Two sides, as often as `turns` says; which one is first alternates, so that what drifts is shared.
 * @param isOwnFirst which begins
 * @returns results of both, pair by pair
 */
export async function inTurn<Result>(
  turns: number,
  sides: { readonly own: () => Result | Promise<Result>; readonly other: () => Result | Promise<Result> },
  isOwnFirst = true,
): Promise<{ readonly own: Result; readonly other: Result }[]> {
  const pairs: { readonly own: Result; readonly other: Result }[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const first = (turn % 2 === 0) === isOwnFirst ? await sides.own() : undefined;
    const other = await sides.other();
    pairs.push({ own: first ?? (await sides.own()), other });
  }
  return pairs;
}

/** To three digits. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
