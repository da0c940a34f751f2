/** What a HEIF container says about the colors of its primary picture: decoders apply a profile, and ignore code points. */
import { UserError } from '../support/errors.js';
import { type ColorCoding, colorCoding } from './color-coding.js';

export interface HeifColors {
  /** The ICC profile. */
  readonly profile?: Buffer;
  /** Present without a profile, for colors other than those of sRGB. */
  readonly coding?: ColorCoding;
}

interface Box {
  readonly type: string;
  readonly content: Buffer;
}

/**
 * The colors of the primary picture (ISO/IEC 14496-12, 12.1.5 and 8.11; ISO/IEC 23008-12, 9.3).
 * @param description the beginning of the file
 * @throws UserError with the reason alone for HDR, and for others that would be seen wrongly.
 */
export function heifColors(description: Buffer): HeifColors {
  const meta = inside(description).find(({ type }) => type === 'meta');
  const items = meta === undefined ? [] : inside(meta.content.subarray(4));
  requireStraightAlpha(items);
  const boxes = colorBoxes(items);
  const profile = boxes.find((content) => /^(prof|rICC)$/.test(content.toString('latin1', 0, 4)))?.subarray(4);
  const points = boxes.find((content) => content.toString('latin1', 0, 4) === 'nclx' && content.length >= 8);
  const coding = points && colorCoding(points.readUInt16BE(4), points.readUInt16BE(6), 'srgb');
  if (profile !== undefined && profile.length > 0) return { profile };
  return coding === undefined ? {} : { coding };
}

/** Contents of the boxes `colr` of the primary picture; where it has none, of all pictures. */
function colorBoxes(items: readonly Box[]): Buffer[] {
  const properties = items.find(({ type }) => type === 'iprp');
  const parts = properties === undefined ? [] : inside(properties.content);
  const all = parts.filter(({ type }) => type === 'ipco').flatMap(({ content }) => inside(content));
  const primary = primaryItem(items.find(({ type }) => type === 'pitm')?.content);
  const own = parts
    .filter(({ type }) => type === 'ipma')
    .flatMap(({ content }) => propertiesOf(content, primary).map((index) => all[index - 1]));
  const colors = (boxes: readonly (Box | undefined)[]): Buffer[] => boxes.flatMap((box) => (box?.type === 'colr' ? [box.content] : []));
  const ofPrimary = colors(own);
  return ofPrimary.length > 0 ? ofPrimary : colors(all);
}

/** A reference of the type `prem` says that colors are multiplied by the opacity already (ISO/IEC 23008-12, 6.10.1.2), which decoders here ignore. */
function requireStraightAlpha(items: readonly Box[]): void {
  const references = items.find(({ type }) => type === 'iref');
  if (references !== undefined && inside(references.content.subarray(4)).some(({ type }) => type === 'prem'))
    throw new UserError(
      'its colors are multiplied by their opacity already, which is not supported: save it with straight opacity, or as PNG',
    );
}

function inside(content: Buffer): Box[] {
  const boxes: Box[] = [];
  for (let at = 0; at + 8 <= content.length; ) {
    const stated = content.readUInt32BE(at);
    const size = stated === 0 ? content.length - at : stated;
    if (size < 8) break;
    boxes.push({ type: content.toString('latin1', at + 4, at + 8), content: content.subarray(at + 8, at + size) });
    at += size;
  }
  return boxes;
}

function primaryItem(pitm: Buffer | undefined): number | undefined {
  if (pitm === undefined || pitm.length < 6) return undefined;
  return pitm[0] === 0 ? pitm.readUInt16BE(4) : pitm.length >= 8 ? pitm.readUInt32BE(4) : undefined;
}

/** Numbers of an item's properties, from 1 (ISO/IEC 23008-12, 9.3.2). */
function propertiesOf(ipma: Buffer, item: number | undefined): number[] {
  if (ipma.length < 8) return [];
  const [idBytes, indexBytes] = [ipma[0]! < 1 ? 2 : 4, (ipma[3]! & 1) === 1 ? 2 : 1];
  let at = 8;
  for (let entries = ipma.readUInt32BE(4); entries > 0 && at + idBytes < ipma.length; entries--) {
    const id = ipma.readUIntBE(at, idBytes);
    const count = ipma[at + idBytes]!;
    at += idBytes + 1;
    const end = at + count * indexBytes;
    if (id === item && end <= ipma.length) {
      // the highest bit says whether a reader must know the property
      return Array.from(
        { length: count },
        (_, index) => ipma.readUIntBE(at + index * indexBytes, indexBytes) & (indexBytes === 2 ? 0x7fff : 0x7f),
      );
    }
    at = end;
  }
  return [];
}
