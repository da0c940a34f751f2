/** `antonym score PATH...`: paths become images, images scores, and scores lines of the table, of JSON or of CSV. */

import { join } from 'node:path';
import { expandPaths } from '../../datasets/expand-paths.js';
import { describeLeftOut } from '../../datasets/left-out.js';
import { findNearDuplicates } from '../../datasets/pristine/find-near-duplicates.js';
import { opinionsSeen } from '../../export/opinions-seen.js';
import { degradationGroups } from '../../heads/degradation-groups.js';
import { describeLimits, describeReasons, reasonsOf } from '../../score/degradations.js';
import { readingFault } from '../../score/errors.js';
import { findModel } from '../../score/find-model.js';
import { groupResults } from '../../score/group-results.js';
import { likenessOf } from '../../score/likeness.js';
import { loadModel } from '../../score/load-model.js';
import type { Model } from '../../score/model.js';
import { opinionMapOf } from '../../score/opinion-map.js';
import { openScoreCache, type ScoreCache } from '../../score/score-cache.js';
import { counted } from '../../support/counted.js';
import { UserError } from '../../support/errors.js';
import { digestOfFile } from '../../support/files/file-digest.js';
import { systemReason } from '../../support/files/file-errors.js';
import type { OptionValues } from '../../support/options/option-table.js';
import { printable } from '../../support/printable.js';
import { startProgress } from '../../support/progress.js';
import { loadOptionsOf } from '../open-models.js';
import { readStandardInput } from '../standard-input.js';
import { scoreInputs } from './score-inputs.js';
import type { scoreOptions } from './score-options.js';
import { type Scored, scoreOutputs } from './score-output.js';
import type { MappedPhotograph } from './write-map.js';

/** A cache that cannot be written is said, and fails nothing. */
async function saveCache(cache: ScoreCache | undefined): Promise<void> {
  try {
    await cache?.save();
  } catch (error) {
    process.stderr.write(`warning: the scores could not be kept in ${cache?.path}: ${systemReason(error)}\n`);
  }
}

interface Failed {
  readonly path: string;
  readonly error: Error;
}

/** Loaded where there is something to map: scoring alone starts without it. */
async function openMaps(
  folder: string,
  files: readonly string[],
  { tile, why, modelPath }: { readonly tile: number | undefined; readonly why: boolean; readonly modelPath: string },
): Promise<{ write(photograph: Omit<MappedPhotograph, 'name'>, model: Model): Promise<string> }> {
  const { mapNames, writeMap } = await import('./write-map.js');
  const names = mapNames(files);
  const sha256 = await digestOfFile(modelPath);
  return {
    write: (photograph, model) => writeMap(folder, { ...photograph, name: names.get(photograph.image)! }, model, { tile, sha256, why }),
  };
}

/**
 * Scores the images of paths and prints the results as they come, those of `groups` at the end.
 * @param mapInto where `--map` is to write, which becomes its folder
 * @returns how many images were scored, and how many could not be.
 * @throws UserError when options exclude each other, or the model cannot be opened.
 */
export async function scorePaths(
  paths: readonly string[],
  {
    model,
    exclude,
    raw,
    maxPixels,
    scale,
    json,
    csv,
    null: isNull,
    quiet,
    meaning,
    why,
    map: mapFolder,
    mapTile,
    groups,
    xmp,
    xmpNames,
    cache: isCached,
    ...device
  }: OptionValues<typeof scoreOptions>,
  mapInto?: string,
): Promise<{ readonly scored: number; readonly failed: number }> {
  if (json && csv) throw new UserError('--json and --csv exclude each other: give one of them.');
  if (isNull && !paths.includes('-')) throw new UserError('--null is about standard input: give - as a path, too.');
  if (mapFolder === undefined && mapTile !== undefined) throw new UserError('--map-tile is about --map FOLDER: give it, too.');
  if (mapFolder !== undefined && isCached) throw new UserError('--map and --cache exclude each other: the cache keeps scores only.');
  if (xmp === undefined && xmpNames !== undefined) throw new UserError('--xmp-names is about --xmp FOLDER: give it, too.');
  if (why && isCached) throw new UserError('--why and --cache exclude each other: the cache keeps scores only.');
  const degradations = why ? degradationGroups : undefined;
  const output = scoreOutputs[json ? 'json' : csv ? 'csv' : 'table']({
    degradations,
    map: mapInto !== undefined,
    groups,
    isTerminal: process.stdout.isTTY,
  });
  const { path: modelPath } = await findModel(model);
  const piped = paths.includes('-') ? await readStandardInput(isNull) : undefined;
  const given = paths.flatMap((path) => (path !== '-' || piped === undefined ? [path] : 'paths' in piped ? piped.paths : []));
  const {
    files: found,
    leftOut,
    failed: missing,
  } = await expandPaths(given, { ...(exclude && { exclude }), withRaw: raw === 'preview', withArchives: true });
  const content = piped !== undefined && 'content' in piped ? piped.content : undefined;
  const files = [...(content === undefined ? [] : ['-']), ...found.map(({ path }) => path)];
  const tell = ({ path, error }: Failed): void => {
    process.stderr.write(`error: ${printable(error.message.includes(path) ? error.message : `${path}: ${error.message}`)}\n`);
  };
  const put = ({ path, error }: Failed): void => {
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
  const sidecars = xmp === undefined ? undefined : await (await import('./write-sidecars.js')).openSidecars(xmp, xmpNames ?? 'full');
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
      loadOptionsOf({ ...device, maxPixels, scale }, (notice) => progress?.note(notice)),
    );
    const opinion = opinionMapOf(opened.description);
    const seen = opinionsSeen(opened.description);
    if (seen !== undefined)
      progress?.note(`The model ${seen}${opinion ? ` of ${opinion.name}: score, then opinion (${opinion.direction})` : ''}`);
    const { description } = opened;
    const print = (result: Scored): void => {
      const text = output.scored(result);
      if (text !== '') aside(() => process.stdout.write(text));
    };
    const results: Scored[] = [];
    const reported = new Set<string>();
    const show = (image: string, score: number, { degradations, map }: Pick<Scored, 'degradations' | 'map'> = {}): void => {
      done++;
      const likeness = likenessOf(score, description);
      const reasons = degradations && description.degradations && reasonsOf(degradations, description.degradations);
      for (const { group } of reasons ?? []) reported.add(group);
      const result = {
        ...{ image, score, ...(opinion && { opinion: opinion.of(score) }), ...(likeness && { likeness }) },
        ...(reasons && { why: describeReasons(reasons), degradations: degradations! }),
        ...(map !== undefined && { map }),
      };
      if (groups || sidecars) results.push(result);
      if (!groups) print(result);
    };
    if (meaning && likenessOf(0, description) === undefined)
      progress?.note('model.json has no scores of crops that fall with their severity: what a score is like is not known');
    cache = isCached ? await openScoreCache(modelPath, { maximumPixels: maxPixels, scale }) : undefined;
    const known: (number | undefined)[] = [];
    if (cache) for (const image of files) known.push(image === '-' ? undefined : await cache.find(image));
    let [next, told] = [0, 0];
    const first = files.length - found.length;
    /** Prints what is known already of those before a place, and what is missing there. */
    const showKnown = (end: number): void => {
      for (; ; next++) {
        for (; told < missing.length && first + missing[told]!.place <= next; told++) aside(() => put(missing[told]!));
        if (next === end) return;
        if (known[next] !== undefined) show(files[next]!, known[next]!);
      }
    };
    const places = files.flatMap((_, place) => (known[place] === undefined ? [place] : []));
    if (cache) progress?.note(`${files.length - places.length} of ${files.length} scores are kept from before`);
    const inputs = scoreInputs(
      places.map((place) => files[place]!),
      { content, takesPreviews: raw === 'preview' },
    );
    const maps = mapInto === undefined ? undefined : await openMaps(mapInto, files, { tile: mapTile, why, modelPath });
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
      const map = maps && join(mapFolder!, await maps.write({ image, input, score }, opened));
      show(image, score, { ...(degradations && { degradations }), ...(map && { map }) });
      await cache?.keep(image, score);
      if (files.length > 1) progress?.update(next, files.length);
    }
    if (hasReader) showKnown(files.length);
    rated = results;
    if (groups) {
      const scored = results.map(({ image }) => ({ kind: 'file', id: image, path: image }) as const);
      const repeated = await findNearDuplicates(scored.filter(({ id }) => id !== '-'));
      const ordered = groupResults(
        results,
        repeated.map((group) => group.map(({ id }) => id)),
      );
      for (const result of ordered) print(result);
      rated = ordered;
    }
    const limits = describeLimits(reported);
    if (limits !== undefined) progress?.note(limits);
  } finally {
    progress?.stop();
    await opened?.close();
    await saveCache(cache);
  }
  process.stdout.write(output.end());
  // afterwards: scores are not lost where a sidecar cannot be written
  if (sidecars && hasReader) {
    const { written, kept } = await sidecars.write(rated);
    const notes = [
      `${xmp}: stars for ${counted(written, 'photograph')}`,
      ...(kept > 0 ? [`${counted(kept, 'sidecar was there, and stays as it is', 'sidecars were there, and stay as they are')}`] : []),
    ];
    if (!quiet) for (const note of notes) process.stderr.write(`${printable(note)}\n`);
  }
  process.stdout.off('error', onLost);
  return { scored: done, failed };
}
