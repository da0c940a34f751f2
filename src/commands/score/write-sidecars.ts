/** `antonym score --xmp`: stars in files beside photographs, which photo managers read. */
import { lstat, realpath } from 'node:fs/promises';
import { dirname, parse, resolve, sep } from 'node:path';
import { systemCodeOf, UserError } from '../../support/errors.js';
import { writeFileAtomically } from '../../support/files/atomic-file.js';
import { fileError } from '../../support/files/file-errors.js';
import { readRegularText } from '../../support/files/regular-file.js';
import { literalPattern } from '../../support/literal-pattern.js';
import type { Scored } from './score-output.js';
import type { sidecarNames } from './sidecar-names.js';

export interface Sidecars {
  /** @throws UserError when a photograph is none of the folder, or two would have one sidecar. */
  requireOwn(photographs: readonly string[]): Promise<void>;
  /**
   * Writes a sidecar for each photograph, by rank: see `starsOf`.
   * @returns how many were written, and how many were there with somebody's work, and stay.
   * @throws UserError when one cannot be written.
   */
  write(results: readonly Rated[]): Promise<{ readonly written: number; readonly kept: number }>;
}

export type Rated = Pick<Scored, 'image' | 'score' | 'group'>;

/** Bytes of a sidecar of this program; larger ones hold something else. */
const largestOwn = 2 ** 12;

/**
 * @param folder that holds the photographs: nothing else is written to
 * @throws UserError when it cannot be read.
 */
export async function openSidecars(folder: string, names: (typeof sidecarNames)[number]): Promise<Sidecars> {
  const root = await realpath(folder).catch((error: unknown) => {
    throw fileError('read', folder, error);
  });
  const pathOf = (photograph: string): string => {
    const { dir, name, base } = parse(resolve(photograph));
    return resolve(dir, `${names === 'full' ? base : name}.xmp`);
  };
  return {
    async requireOwn(photographs) {
      const owners = new Map<string, string>();
      for (const photograph of photographs) {
        const place = photograph === '-' ? undefined : await realpath(dirname(resolve(photograph))).catch(() => undefined);
        if (place === undefined || !`${place}${sep}`.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)) {
          throw new UserError(`${photograph} is not a file in ${folder}: --xmp writes beside the photographs of its folder only.`);
        }
        const sidecar = pathOf(photograph);
        const other = owners.get(sidecar);
        if (other !== undefined && other !== photograph)
          throw new UserError(`${other} and ${photograph} would have one sidecar: leave one out, or choose --xmp-names full.`);
        owners.set(sidecar, photograph);
      }
    },
    async write(results) {
      const stars = starsOf(results);
      let [written, kept] = [0, 0];
      for (const [index, { image, score }] of results.entries()) {
        const path = pathOf(image);
        try {
          const before = await ownerOf(path);
          if (before === 'other') kept++;
          else {
            await writeFileAtomically(path, sidecar(stars[index]!, score), { replaces: before === 'this program' });
            written++;
          }
        } catch (error) {
          throw fileError('write', path, error);
        }
      }
      return { written, kept };
    },
  };
}

/**
 * Stars by rank: a fifth of the photographs gets each number, and the best has five however few there are. Of photographs that nearly repeat each other the best is ranked, and
 * the others have one star.
 */
export function starsOf(results: readonly Rated[]): number[] {
  const best = new Map<unknown, Rated>();
  for (const result of results) {
    const key = result.group ?? result;
    const other = best.get(key);
    if (other === undefined || result.score > other.score) best.set(key, result);
  }
  const ranked = [...best.values()].sort((a, b) => b.score - a.score);
  const ranks = new Map(ranked.map((result, rank) => [result, rank]));
  return results.map((result) => {
    const rank = ranks.get(result);
    return rank === undefined ? 1 : 5 - Math.floor((5 * rank) / ranked.length);
  });
}

/** Who wrote a sidecar. */
async function ownerOf(path: string): Promise<'nobody' | 'this program' | 'other'> {
  try {
    await lstat(path);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return 'nobody';
    throw error;
  }
  try {
    return ownSidecar.test(await readRegularText(path, largestOwn)) ? 'this program' : 'other';
  } catch {
    // too large, a link to nothing, not readable: not ours
    return 'other';
  }
}

/** XMP specification, part 1: a packet of RDF; the rating is that of the basic schema, 1 to 5. */
function sidecar(stars: number | string, score: number | string): string {
  return `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Antonym">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:antonym="https://antonym.invalid/1/"
    xmp:Rating="${stars}" antonym:Score="${typeof score === 'number' ? score.toFixed(4) : score}"/>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
`;
}

/** A sidecar that this program wrote, and nobody changed. */
const ownSidecar = new RegExp(
  `^${literalPattern(sidecar('STARS', 'SCORE')).replace('STARS', '[1-5]').replace('SCORE', String.raw`[01]\.\d{4}`)}$`,
);
