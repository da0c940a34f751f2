/** Writes what a comparison found: a page for people, and files for programs. */
import { join } from 'node:path';
import { type ComparedVariant, type ComparisonResult, verdictOf } from '../../compare/comparison-result.js';
import { junitXml } from '../../compare/junit.js';
import { comparePage } from '../../report/compare-page.js';
import { csvCell } from '../../support/csv-cell.js';
import { writeFolderAtomically } from '../../support/files/atomic-folder.js';
import { writeContent } from '../../support/files/write-content.js';
import { sealJson } from '../../support/sealed-json.js';

/** Writes index.html, comparison.json, pictures.csv and junit.xml into a new folder. */
export async function writeComparison(folder: string, result: ComparisonResult): Promise<void> {
  const checks = result.variants.map((variant) => ({
    name: variant.name,
    text: verdictOf(variant),
    failed: variant.limit?.failed ?? false,
    notes: notesOf(result, variant),
  }));
  await writeFolderAtomically(folder, async (temporary) => {
    const files = {
      'index.html': await comparePage(result),
      'comparison.json': sealJson(result, 2),
      'pictures.csv': csvOf(result),
      'junit.xml': junitXml(checks),
    };
    for (const [name, content] of Object.entries(files)) await writeContent(join(temporary, name), content);
  });
}

/** Facts that the limit does not judge, a line each. */
function notesOf({ onlyBefore, onlyAfter }: ComparisonResult, { unusable, resized }: ComparedVariant): string[] {
  return [
    ...onlyBefore.map((name) => `only before: ${name}`),
    ...onlyAfter.map((name) => `only after: ${name}`),
    ...unusable.map(({ name, reason }) => `not scored: ${name}: ${reason}`),
    ...resized.map((name) => `of another size in pixels: ${name}`),
  ];
}

function csvOf({ variants }: ComparisonResult): string {
  const groups = variants[0]?.reasons?.map(({ group }) => group) ?? [];
  const rows = variants.flatMap((variant) =>
    variant.pairs.map(({ name, before, after, difference }) =>
      [
        ...[variant.name, name, before.score, after.score, difference, before.bytes, after.bytes],
        ...groups.flatMap((group) => [before.degradations?.[group] ?? '', after.degradations?.[group] ?? '']),
      ]
        .map((value) => csvCell(value))
        .join(','),
    ),
  );
  const columns = [
    'variant,picture,before,after,difference,bytes_before,bytes_after',
    ...groups.map((group) => `${group}_before,${group}_after`),
  ];
  return [columns.join(','), ...rows, ''].join('\r\n');
}
