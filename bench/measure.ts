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

/** To three digits. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
