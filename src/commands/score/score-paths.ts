/** `antonym score PATH...`: paths become images, images scores, and scores lines of the table, of JSON or of CSV. */

import { join } from 'node:path';
import type { FailedPath } from '../../datasets/expand-paths.js';
import { describeLeftOut } from '../../datasets/left-out.js';
import { findNearDuplicates } from '../../datasets/pristine/find-near-duplicates.js';
import { degradationGroups } from '../../heads/degradation-groups.js';
import { readingFault } from '../../score/errors.js';
import { findModel } from '../../score/find-model.js';
import { groupResults } from '../../score/group-results.js';
import { loadModel } from '../../score/load-model.js';
import type { Model } from '../../score/model.js';
import { openScoreCache, type ScoreCache } from '../../score/score-cache.js';
import { counted } from '../../support/counted.js';
import { UserError } from '../../support/errors.js';
import { systemReason } from '../../support/files/file-errors.js';
import type { OptionValues } from '../../support/options/option-table.js';
import { printable } from '../../support/printable.js';
import { startProgress } from '../../support/progress.js';
import { loadOptionsOf } from '../open-models.js';
import { scoreDescriber } from './describe-scores.js';
import { findImages } from './found-images.js';
import { scoreInputs } from './score-inputs.js';
import type { scoreOptions } from './score-options.js';
import { type Scored, scoreOutputs } from './score-output.js';

/** A cache that cannot be written is said, and fails nothing. */
async function saveCache(cache: ScoreCache | undefined): Promise<void> {
  try {
    await cache?.save();
  } catch (error) {
    process.stderr.write(`warning: the scores could not be kept in ${cache?.path}: ${systemReason(error)}\n`);
  }
}

/** @throws UserError for options that exclude or need each other. */
function checkOptions(
  paths: readonly string[],
  { json, csv, null: isNull, map, mapTile, cache, xmp, xmpNames, why }: OptionValues<typeof scoreOptions>,
): void {
  if (json && csv) throw new UserError('--json and --csv exclude each other: give one of them.');
  if (isNull && !paths.includes('-')) throw new UserError('--null is about standard input: give - as a path, too.');
  if (map === undefined && mapTile !== undefined) throw new UserError('--map-tile is about --map FOLDER: give it, too.');
  if (map !== undefined && cache) throw new UserError('--map and --cache exclude each other: the cache keeps scores only.');
  if (xmp === undefined && xmpNames !== undefined) throw new UserError('--xmp-names is about --xmp FOLDER: give it, too.');
  if (why && cache) throw new UserError('--why and --cache exclude each other: the cache keeps scores only.');
}

/** The results in the order of their groups, of which each nearly repeats one picture. */
async function inGroups(results: readonly Scored[]): Promise<Scored[]> {
  const files = results.flatMap(({ image }) => (image === '-' ? [] : [{ kind: 'file', id: image, path: image } as const]));
  const repeated = await findNearDuplicates(files);
  return groupResults(
    results,
    repeated.map((group) => group.map(({ id }) => id)),
  );
}

/** Lines for people about the sidecars in a folder. */
function aboutSidecars(folder: string, { written, kept }: { readonly written: number; readonly kept: number }): string[] {
  return [
    `${folder}: stars for ${counted(written, 'photograph')}`,
    ...(kept > 0 ? [counted(kept, 'sidecar was there, and stays as it is', 'sidecars were there, and stay as they are')] : []),
  ];
}

/**
 * Scores the images of paths and prints the results as they come, those of `groups` at the end.
 * @param mapInto where `--map` is to write, which becomes its folder
 * @returns how many images were scored, and how many could not be.
 * @throws UserError when options exclude each other, or the model cannot be opened.
 */
export async function scorePaths(
  paths: readonly string[],
  values: OptionValues<typeof scoreOptions>,
  mapInto?: string,
): Promise<{ readonly scored: number; readonly failed: number }> {
  checkOptions(paths, values);
  const { raw, maxPixels, scale, quiet, meaning, why, groups, xmp, device, providerOptions } = values;
  const output = scoreOutputs[values.json ? 'json' : values.csv ? 'csv' : 'table']({
    degradations: why ? degradationGroups : undefined,
    map: mapInto !== undefined,
    groups,
    isTerminal: process.stdout.isTTY,
  });
  const { path: modelPath } = await findModel(values.model);
  const { files, content, leftOut, missing } = await findImages(paths, values);
  const tell = ({ path, error }: Pick<FailedPath, 'path' | 'error'>): void => {
    process.stderr.write(`error: ${printable(error.message.includes(path) ? error.message : `${path}: ${error.message}`)}\n`);
  };
  const put = ({ path, error }: Pick<FailedPath, 'path' | 'error'>): void => {
    process.stdout.write(output.unscored({ image: path, error: error.message, code: readingFault(error) }));
  };
  for (const one of missing) tell(one);
  const remarks = describeLeftOut(leftOut);
  if (!quiet) for (const line of remarks) process.stderr.write(`${printable(line)}\n`);
  if (remarks.length > 0) process.stdout.write(output.leftOut(leftOut));
  if (files.length === 0) {
    for (const one of missing) put(one);
    return { scored: 0, failed: missing.length };
  }
  const sidecars = xmp === undefined ? undefined : await (await import('./write-sidecars.js')).openSidecars(xmp, values.xmpNames ?? 'full');
  await sidecars?.requireOwn(files);
  const progress = quiet ? undefined : startProgress('Scoring');
  const aside = (write: () => void): void => (progress ? progress.aside(write) : write());
  let opened: Model | undefined;
  let cache: ScoreCache | undefined;
  let [done, failed] = [0, missing.length];
  let hasReader = true;
  let rated: readonly Scored[] = [];
  const onLost = (): void => {
    hasReader = false;
  };
  process.stdout.once('error', onLost);
  try {
    opened = await loadModel(
      modelPath,
      loadOptionsOf({ device, providerOptions, maxPixels, scale }, (notice) => progress?.note(notice)),
    );
    const describer = scoreDescriber(opened.description, meaning);
    for (const note of describer.notes) progress?.note(note);
    const print = (result: Scored): void => {
      const text = output.scored(result);
      if (text !== '') aside(() => process.stdout.write(text));
    };
    const results: Scored[] = [];
    const show = (result: Scored): void => {
      done++;
      if (groups || sidecars) results.push(result);
      if (!groups) print(result);
    };
    cache = values.cache ? await openScoreCache(modelPath, { maximumPixels: maxPixels, scale }) : undefined;
    const known: (number | undefined)[] = [];
    if (cache) for (const image of files) known.push(image === '-' ? undefined : await cache.find(image));
    let [next, told] = [0, 0];
    /** Prints what is known already of those before a place, and what is missing there. */
    const showKnown = (end: number): void => {
      for (; ; next++) {
        for (; told < missing.length && missing[told]!.place <= next; told++) aside(() => put(missing[told]!));
        if (next === end) return;
        if (known[next] !== undefined) show(describer.describe(files[next]!, known[next]!, undefined));
      }
    };
    const places = files.flatMap((_, place) => (known[place] === undefined ? [place] : []));
    if (cache) progress?.note(`${files.length - places.length} of ${files.length} scores are kept from before`);
    const inputs = scoreInputs(
      places.map((place) => files[place]!),
      { content, takesPreviews: raw === 'preview' },
    );
    const maps =
      mapInto === undefined
        ? undefined
        : await (await import('./write-map.js')).openMaps(mapInto, files, { tile: values.mapTile, why, modelPath });
    for await (const { image: input, index, score, degradations, error } of opened.scoreEach(inputs, { degradations: why })) {
      const place = places[index]!;
      const image = files[place]!;
      if (!hasReader) break;
      showKnown(place);
      next = place + 1;
      if (error) {
        failed++;
        aside(() => {
          tell({ path: image, error });
          put({ path: image, error });
        });
        continue;
      }
      const map = maps && join(values.map!, await maps.write({ image, input, score }, opened));
      show({ ...describer.describe(image, score, degradations), ...(map && { map }) });
      await cache?.keep(image, score);
      if (files.length > 1) progress?.update(next, files.length);
    }
    if (hasReader) showKnown(files.length);
    rated = groups ? await inGroups(results) : results;
    if (groups) for (const result of rated) print(result);
    const limits = describer.limits();
    if (limits !== undefined) progress?.note(limits);
  } finally {
    progress?.stop();
    await opened?.close();
    await saveCache(cache);
  }
  process.stdout.write(output.end());
  // afterwards: scores are not lost where a sidecar cannot be written
  if (sidecars && hasReader) {
    const notes = aboutSidecars(xmp!, await sidecars.write(rated));
    if (!quiet) for (const note of notes) process.stderr.write(`${printable(note)}\n`);
  }
  process.stdout.off('error', onLost);
  return { scored: done, failed };
}
