/** Writes degraded pairs as PNG files with a manifest and a contact sheet. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageReference } from '../../datasets/image-reference.js';
import { imageStates } from '../../datasets/image-states.js';
import { describeLeftOut } from '../../datasets/left-out.js';
import { openDataset } from '../../datasets/open-dataset.js';
import { parseDistortionPool } from '../../degrade/composition.js';
import { kadid10k } from '../../degrade/kadid10k.js';
import { requireRankable } from '../../degrade/published-severities.js';
import { minimumSideFor } from '../../pairs/crops.js';
import { describeComposition } from '../../pairs/describe-composition.js';
import { decodePair, type EncodedPair, encodePair } from '../../pairs/encoded-pair.js';
import { formatManifest, parseRow } from '../../pairs/manifest.js';
import { PairPool } from '../../pairs/pair-pool.js';
import { drawPairs } from '../../pairs/pair-sequence.js';
import { type ContactSheetRow, contactSheet } from '../../pairs/sheets/contact-sheet.js';
import { allOrFirstFailure } from '../../support/all-or-first-failure.js';
import { counted } from '../../support/counted.js';
import { describeEnvironment } from '../../support/environment.js';
import { systemCodeOf } from '../../support/errors.js';
import { makeFolder } from '../../support/files/make-folder.js';
import { canContinue, type Notes, partialFolder, requireUnfinished, writeFolderResumably } from '../../support/files/resumable-folder.js';
import { writeContent } from '../../support/files/write-content.js';
import { jsonLine } from '../../support/json-line.js';
import { text } from '../../support/options/option-kinds.js';
import { type OptionTable, type OptionValues, resolveOptions } from '../../support/options/option-table.js';
import { pathLine } from '../../support/path-line.js';
import { printable } from '../../support/printable.js';
import { startProgress } from '../../support/progress.js';
import { sha256Of } from '../../support/sha256.js';
import type { Command } from '../command.js';
import { jsonOption } from '../shared-options.js';
import { stopSignals } from '../stop-signals.js';
import { pairOptions } from './degrade-options.js';

/** A sheet of more pairs is too tall to look at. */
const pairsOnSheet = 24;

const options = {
  ...pairOptions,
  out: { kind: text('a folder'), placeholder: 'FOLDER', description: 'where to write', withoutIt: 'out/degrade-DATA-seedN' },
  json: jsonOption,
} satisfies OptionTable;

export const pairsCommand: Command = {
  name: 'degrade pairs',
  description:
    'Makes degraded pairs as training sees them: two overlapping crops of each photograph, distorted at increasing levels. Writes PNG ' +
    'files, manifest.jsonl and contact-sheet.png.',
  groups: { Options: options },
  run: (given) => degradePairs(resolveOptions(options, given).values),
};

/**
 * The first `count` pairs of the sequence that the data and the seed determine.
 * @returns the exit code: 0, or 128 + signal after a stop.
 * @throws UserError when the data cannot be used or the folder exists.
 */
async function degradePairs(flags: OptionValues<typeof options>): Promise<number> {
  const { count, seed, levels, crop, maxDistortions, workers } = flags;
  const distortions = flags.distortion && parseDistortionPool(flags.distortion);
  const { severity, sampling } = flags;
  requireRankable(distortions ?? kadid10k, severity, false);
  if (flags.out !== undefined) await requireUnfinished(flags.out);
  const dataset = await openDataset(flags.data, {
    minimumSide: minimumSideFor(crop),
    seed,
    downscale: flags.downscale,
    ...(flags.exclude && { exclude: flags.exclude }),
  });
  const downscale = dataset.downscale.factor;
  const skipped = dataset.skipped.map(({ path, reason }) => ({ image: path, reason }));
  const progress = startProgress('Degrading pairs');
  for (const { image, reason } of skipped) progress.note(`skipped ${image}: ${reason}`);
  for (const line of describeLeftOut(dataset.leftOut)) progress.note(line);
  const onSkip = (image: ImageReference, reason: string): void => {
    skipped.push({ image: image.kind === 'file' ? image.path : image.id, reason });
    progress.note(`skipped ${reason}`);
  };
  const configuration = {
    dataset: dataset.name,
    images: await imageStates(dataset.images),
    options: {
      count,
      downscale,
      seed,
      levels,
      crop,
      maxDistortions,
      distortions: distortions ?? kadid10k,
      ...(severity !== 'ordered' && { severity }),
      ...(sampling !== 'uniform' && { sampling }),
    },
    version: (await describeEnvironment()).antonym,
  };
  const standard = `out/degrade-${dataset.name.replaceAll(/[^\w.-]/g, '-')}-seed${seed}`;
  const out = flags.out ?? (await freshFolder(standard, configuration));
  const references = new Map(dataset.images.map((image) => [image.id, image]));
  const pool = new PairPool({ workers });
  const sheet = join(out, 'contact-sheet.png');
  let files = 0;
  const signals = stopSignals();
  try {
    await writeFolderResumably(out, configuration, async (folder, notes) => {
      const sequence = drawPairs(pool, {
        images: dataset.images,
        levels,
        crop,
        maxDistortions,
        ...(distortions && { distortions }),
        severity,
        sampling,
        seed,
        onSkip,
      });
      let made = 0;
      progress.update(made, count);
      const results = await allOrFirstFailure(count, workers * 2, async (index) => {
        signals.stop.throwIfAborted();
        let encoded = await readPair(folder, index, notes);
        if (encoded === undefined) {
          const pair = await sequence.pair(index);
          encoded = await encodePair(
            pair,
            { index, dataset: dataset.name, image: references.get(pair.record.image)! },
            `${folderOf(index)}/`,
          );
          await writePair(folder, index, encoded, notes);
        }
        progress.update(++made, count);
        return { rows: encoded.rows, sheetRow: index < pairsOnSheet ? await sheetRow(index, encoded, crop) : undefined };
      });
      const sheetRows = results.flatMap((result) => result.sheetRow ?? []);
      const heading = `${dataset.name}${downscale > 1 ? ` reduced by ${downscale}` : ''}, seed ${seed}, ${sheetRows.length} of ${count} pairs, crops of ${crop} pixels, levels 0 to ${levels}`;
      await writeContent(join(folder, 'contact-sheet.png'), await contactSheet(heading, sheetRows));
      const rows = results.flatMap((result) => result.rows);
      files = rows.length;
      await writeContent(join(folder, 'manifest.jsonl'), formatManifest(rows));
    });
    progress.succeed(`${counted(count, 'pair')} as ${files} PNG files with their manifest; look at ${sheet}`);
  } catch (error) {
    if (!signals.stop.aborted || error !== signals.stop.reason) throw error;
    progress.stop();
    process.stderr.write(`Stopped; finished pairs are kept in ${printable(partialFolder(out))}. Repeat the command to resume.\n`);
    return signals.exitCode();
  } finally {
    signals.ignore();
    progress.stop();
    await pool.close();
  }
  // Broken files are met in an order that depends on the workers.
  skipped.sort((a, b) => (a.image < b.image ? -1 : 1));
  const manifest = join(out, 'manifest.jsonl');
  if (flags.json) {
    const result = {
      out,
      manifest,
      contactSheet: sheet,
      pairs: count,
      files,
      dataset: dataset.name,
      downscale,
      seed,
      levels,
      crop,
      skipped,
      leftOut: dataset.leftOut,
    };
    process.stdout.write(jsonLine(result));
  } else {
    process.stdout.write(pathLine(out));
  }
  return 0;
}

/** The name, or the first of name-2, name-3, ... that is free or begun by the same command: looking again must not need another flag. */
async function freshFolder(name: string, configuration: object): Promise<string> {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}-${number}`;
    if (!existsSync(candidate) && (await canContinue(candidate, configuration))) return candidate;
  }
}

function folderOf(index: number): string {
  return `pairs/${String(index).padStart(6, '0')}`;
}

/** The rows are noted last: a pair that has them is on disk. */
async function writePair(folder: string, index: number, { files, rows }: EncodedPair, notes: Notes): Promise<void> {
  await makeFolder(join(folder, folderOf(index)));
  for (const { name, png } of files) await writeContent(join(folder, name), png);
  await notes.write(String(index), rows);
}

/** A pair of an interrupted run; undefined when it is not there, or a crash of the machine lost a part of it. */
async function readPair(folder: string, index: number, notes: Notes): Promise<EncodedPair | undefined> {
  const noted = await notes.read(String(index));
  if (!Array.isArray(noted)) return undefined;
  const rows = noted.map((row: unknown) => parseRow(row, `the notes on pair ${index} in ${folder}`));
  try {
    const files = await Promise.all(rows.map(async ({ file }) => ({ name: file, png: await readFile(join(folder, file)) })));
    return files.every(({ png }, place) => sha256Of(png) === rows[place]!.fileSha256) ? { files, rows } : undefined;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function sheetRow(index: number, { files, rows }: EncodedPair, crop: number): Promise<ContactSheetRow> {
  const pngs = files.map(({ png }) => png);
  const pair = await decodePair(pngs, rows, { index, levels: rows[0]!.levels, crop });
  const { image, composition, levels } = pair.record;
  return { title: `${String(index).padStart(6, '0')}  ${image}`, description: describeComposition(composition, levels), pair };
}
