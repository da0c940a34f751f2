/** Writes degraded pairs as PNG files with a manifest and a contact sheet. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import type { ImageReference } from '../datasets/image-reference.js';
import { openDataset } from '../datasets/open-dataset.js';
import { parseDistortionPool } from '../degrade/composition.js';
import { type ContactSheetRow, contactSheet } from '../pairs/contact-sheet.js';
import { minimumSideFor } from '../pairs/crops.js';
import { describeComposition } from '../pairs/describe-composition.js';
import { encodePair, type PairOrigin } from '../pairs/encoded-pair.js';
import { formatManifest, type ManifestRow } from '../pairs/manifest.js';
import type { DegradedPair } from '../pairs/pair.js';
import { PairPool } from '../pairs/pair-pool.js';
import { PairSequence } from '../pairs/pair-sequence.js';
import { requireFreeFolder, writeFolderAtomically } from '../support/atomic-folder.js';
import { UserError } from '../support/errors.js';
import { flagOf } from '../support/option-table.js';
import { startProgress } from '../support/progress.js';
import type { DegradeFlags } from './degrade.js';

/** A sheet of more pairs is too tall to look at. */
const pairsOnSheet = 24;

/**
 * The first `count` pairs of the `PairSequence` of the data.
 * @throws UserError when the data cannot be used or the folder exists.
 */
export async function degradePairs(flags: DegradeFlags): Promise<void> {
  const { count, seed, levels, crop, maxDistortions, workers } = flags;
  for (const flag of ['shard', 'shardSize', 'heldOut'] as const) {
    if (flags[flag] !== undefined) throw new UserError(`${flagOf(flag)} is for shards: add --format tar`);
  }
  const distortions = flags.distortion && parseDistortionPool(flags.distortion);
  if (flags.out !== undefined) await requireFreeFolder(flags.out);
  const dataset = await openDataset(flags.data, { minimumSide: minimumSideFor(crop), seed });
  const skipped = dataset.skipped.map(({ path, reason }) => ({ image: path, reason }));
  const progress = startProgress('Degrading pairs');
  for (const { image, reason } of skipped) progress.note(`skipped ${image}: ${reason}`);
  const onSkip = (image: ImageReference, reason: string): void => {
    skipped.push({ image: image.kind === 'file' ? image.path : image.id, reason });
    progress.note(`skipped ${reason}`);
  };
  const out = flags.out ?? freshFolder(`out/degrade-${dataset.name.replaceAll(/[^\w.-]/g, '-')}-seed${seed}`);
  const references = new Map(dataset.images.map((image) => [image.id, image]));
  const pool = new PairPool({ workers });
  const sheet = join(out, 'contact-sheet.png');
  let files = 0;
  try {
    await writeFolderAtomically(out, async (folder) => {
      const options = { images: dataset.images, levels, crop, maxDistortions, ...(distortions && { distortions }), seed, onSkip };
      const sequence = new PairSequence(pool, options);
      await mkdir(join(folder, 'pairs'));
      const concurrently = pLimit(workers * 2);
      let made = 0;
      progress.update(made, count);
      const results = await concurrently.map(Array.from({ length: count }).keys(), async (index) => {
        const pair = await sequence.pair(index);
        const rows = await writePair(folder, pair, { index, dataset: dataset.name, image: references.get(pair.record.image)! });
        progress.update(++made, count);
        return { rows, sheetRow: index < pairsOnSheet ? sheetRow(index, pair) : undefined };
      });
      const sheetRows = results.flatMap((result) => result.sheetRow ?? []);
      const heading = `${dataset.name}, seed ${seed}, ${sheetRows.length} of ${count} pairs, crops of ${crop} pixels, levels 0 to ${levels}`;
      await writeFile(join(folder, 'contact-sheet.png'), await contactSheet(heading, sheetRows));
      const rows = results.flatMap((result) => result.rows);
      files = rows.length;
      await writeFile(join(folder, 'manifest.jsonl'), formatManifest(rows));
    });
    progress.succeed(`${count} pairs as ${files} PNG files with their manifest; look at ${sheet}`);
  } finally {
    progress.stop();
    await pool.close();
  }
  // Broken files are met in an order that depends on the workers.
  skipped.sort((a, b) => (a.image < b.image ? -1 : 1));
  const manifest = join(out, 'manifest.jsonl');
  if (flags.json) {
    const result = { out, manifest, contactSheet: sheet, pairs: count, files, dataset: dataset.name, seed, levels, crop, skipped };
    process.stdout.write(`${JSON.stringify(result)}\n`);
  } else {
    process.stdout.write(`${out}\n`);
  }
}

/** The name, or the first of name-2, name-3, ... that is free: looking again must not need another flag. */
function freshFolder(name: string): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}-${number}`;
    if (!existsSync(candidate)) return candidate;
  }
}

async function writePair(folder: string, pair: DegradedPair, origin: PairOrigin): Promise<readonly ManifestRow[]> {
  const name = `pairs/${String(origin.index).padStart(6, '0')}`;
  await mkdir(join(folder, name));
  const { files, rows } = await encodePair(pair, origin, `${name}/`);
  for (const { name, png } of files) await writeFile(join(folder, name), png);
  return rows;
}

function sheetRow(index: number, pair: DegradedPair): ContactSheetRow {
  const { image, composition, levels } = pair.record;
  return { title: `${String(index).padStart(6, '0')}  ${image}`, description: describeComposition(composition, levels), pair };
}
