/** A comparison as `antonym compare` prints it for people. */
import { type ComparedVariant, type ComparisonResult, signed, verdictOf } from '../../compare/comparison-result.js';
import { describeReasonChanges, strongestChange } from '../../compare/reason-changes.js';
import { formatBytes } from '../../support/byte-size.js';
import { printable } from '../../support/printable.js';

/** Pictures of the worst that are printed; the page shows more, with crops. */
const shownPairs = 5;
/** Files that are named; comparison.json and the page name all. */
const shownNames = 10;

export function formatComparison({ variants, onlyBefore, onlyAfter }: ComparisonResult): string {
  const [first, ...more] = variants as [ComparedVariant, ...ComparedVariant[]];
  const lines = more.length === 0 ? variantLines(first) : tableLines(variants);
  lines.push(...named('only before', onlyBefore), ...named('only after', onlyAfter));
  return lines.map((line) => `${printable(line)}\n`).join('');
}

function variantLines(variant: ComparedVariant): string[] {
  const { summary, pairs, reasons, resized, unusable } = variant;
  const { median, p, bytes } = summary;
  const interval = `(${signed(median.low)} to ${signed(median.high)})`;
  const test = Number.isNaN(p)
    ? 'no score changed'
    : `p ${p < 0.001 ? 'below .001' : p.toFixed(3).replace(/^0/, '')} (Wilcoxon's signed-rank test)`;
  const worst = [...pairs].sort((a, b) => a.difference - b.difference).filter(({ difference }) => difference < 0);
  return [
    verdictOf(variant),
    `Median ${signed(median.value)} ${interval}, ${test}; files ${formatBytes(bytes.before)} to ${formatBytes(bytes.after)}.`,
    ...(reasons ? [describeReasonChanges(reasons)] : []),
    ...worst.slice(0, shownPairs).map((pair) => {
      const reason = strongestChange(pair);
      const scores = `${pair.before.score.toFixed(4)} to ${pair.after.score.toFixed(4)}`;
      return `${signed(pair.difference)}  ${scores}  ${pair.name}${reason === undefined ? '' : `  ${reason}`}`;
    }),
    ...named('of other sizes in pixels', resized),
    ...named(
      'not scored',
      unusable.map(({ name }) => name),
    ),
  ];
}

/** Rate and quality of each variant, and then what is to be known of single ones. */
function tableLines(variants: readonly ComparedVariant[]): string[] {
  const width = Math.max(...variants.map(({ name }) => printable(name).length), 'encoder'.length);
  const row = (cells: readonly string[]): string => cells.join('  ');
  const head = row(['encoder'.padEnd(width), 'bits/pixel', ' score', 'difference (95 % interval)']);
  return [
    head,
    ...variants.map(({ name, bitsPerPixel, summary }) => {
      const { value, low, high } = summary.mean;
      const difference = `${signed(value)} (${signed(low)} to ${signed(high)})`;
      return row([printable(name).padEnd(width), bitsPerPixel.toFixed(3).padStart(10), summary.after.toFixed(4), difference]);
    }),
    ...variants.flatMap((variant) => [
      ...(variant.limit?.failed ? [`${variant.name}: ${verdictOf(variant)}`] : []),
      ...(variant.reasons ? [`${variant.name}: ${describeReasonChanges(variant.reasons)}`] : []),
      ...named(`of other sizes in pixels after ${variant.name}`, variant.resized),
      ...named(
        `not scored after ${variant.name}`,
        variant.unusable.map(({ name }) => name),
      ),
    ]),
  ];
}

/** `2 only before: a.png, b.png`; nothing where there are none. */
function named(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const rest = names.length > shownNames ? ` and ${names.length - shownNames} more` : '';
  return [`${names.length} ${what}: ${names.slice(0, shownNames).join(', ')}${rest}`];
}
