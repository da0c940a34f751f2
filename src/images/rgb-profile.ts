/** ICC profiles of colors that a file states by numbers: color management applies profiles only. */

/** CIE 1931 chromaticities x, y. */
export type Chromaticity = readonly [x: number, y: number];

export interface Primaries {
  readonly white: Chromaticity;
  readonly red: Chromaticity;
  readonly green: Chromaticity;
  readonly blue: Chromaticity;
}

/** How numbers become light: by the curve of sRGB (IEC 61966-2-1), or by an exponent. */
export type Transfer = 'srgb' | number;

/** g, a, b, c, d of sRGB: (a x + b)^g, and below d: c x. */
const srgbCurve = [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045];

type Row = readonly [number, number, number];
type Matrix = readonly [Row, Row, Row];

export const srgbPrimaries: Primaries = { white: [0.3127, 0.329], red: [0.64, 0.33], green: [0.3, 0.6], blue: [0.15, 0.06] };

/** Smaller differences of chromaticities are those of rounding. */
const leastDifference = 0.001;

/** White of the connection space of profiles (ICC.1:2022, 7.2.16). */
const d50: Row = [0.9642, 1, 0.8249];

/** To responses of cones (Bradford; ICC.1:2022, annex E). */
const bradford: Matrix = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
];

export function isSrgb({ white, red, green, blue }: Primaries): boolean {
  const own = [white, red, green, blue].flat();
  const others = [srgbPrimaries.white, srgbPrimaries.red, srgbPrimaries.green, srgbPrimaries.blue].flat();
  return own.every((value, index) => Math.abs(value - others[index]!) <= leastDifference);
}

/**
 * The profile of these colors (ICC.1:2022, 8.3: three-component matrix-based), white adapted to that of the connection space.
 * @returns undefined for primaries that span no colors
 */
export function rgbProfile(primaries: Primaries, transfer: Transfer): Buffer | undefined {
  return rgbProfileOf(primaries, curveTag(transfer));
}

function rgbProfileOf(primaries: Primaries, curve: Buffer): Buffer | undefined {
  const white = xyzOf(primaries.white);
  const unscaled = transposed([xyzOf(primaries.red), xyzOf(primaries.green), xyzOf(primaries.blue)]);
  const inverse = inverted(unscaled);
  if (inverse === undefined) return undefined;
  const [red, green, blue] = times(inverse, white);
  const cones = times(bradford, white);
  const target = times(bradford, d50);
  const scaled = bradford.map((row, index) => row.map((value) => (value * target[index]!) / cones[index]!)) as unknown as Matrix;
  const adaptation = product(inverted(bradford)!, scaled);
  const columns = [red, green, blue].map((scale, index) => times(adaptation, times(unscaled, unit(index, scale))));
  if (!columns.flat().every((value) => Number.isFinite(value) && Math.abs(value) < 2)) return undefined;
  return profileOf('RGB ', [
    ['rXYZ', xyzTag(columns[0]!)],
    ['gXYZ', xyzTag(columns[1]!)],
    ['bXYZ', xyzTag(columns[2]!)],
    ['rTRC', curve],
    ['gTRC', curve],
    ['bTRC', curve],
  ]);
}

/** The profile of gray pictures (ICC.1:2022, 8.3: monochrome). */
export function grayProfile(transfer: Transfer): Buffer {
  return profileOf('GRAY', [['kTRC', curveTag(transfer)]]);
}

/** The curve of a gray profile in one of red, green and blue. @returns undefined for a profile that is no such one */
export function grayAsRgb(profile: Buffer): Buffer | undefined {
  if (profile.length < 132 || profile.toString('latin1', 16, 24) !== 'GRAYXYZ ') return undefined;
  const entries = Array.from({ length: Math.min(100, profile.readUInt32BE(128)) }, (_, index) => profile.subarray(132 + 12 * index));
  const entry = entries.find((bytes) => bytes.length >= 12 && bytes.toString('latin1', 0, 4) === 'kTRC');
  if (entry === undefined) return undefined;
  const start = entry.readUInt32BE(4);
  const curve = profile.subarray(start, start + entry.readUInt32BE(8));
  return rgbProfileOf(srgbPrimaries, Buffer.concat([curve, Buffer.alloc((4 - (curve.length % 4)) % 4)]));
}

/** Header, table of tags, tags (ICC.1:2022, 7). */
function profileOf(colors: string, tags: readonly (readonly [name: string, content: Buffer])[]): Buffer {
  const all = [...tags, ['wtpt', xyzTag(d50)] as const];
  const header = Buffer.alloc(128);
  header.writeUInt32BE(0x04300000, 8);
  header.write(`mntr${colors}XYZ `, 12, 'latin1');
  header.write('acsp', 36, 'latin1');
  for (const [index, value] of d50.entries()) header.writeInt32BE(fixed(value), 68 + 4 * index);
  const table = Buffer.alloc(4 + 12 * all.length);
  table.writeUInt32BE(all.length);
  let at = header.length + table.length;
  for (const [index, [name, content]] of all.entries()) {
    table.write(name, 4 + 12 * index, 'latin1');
    table.writeUInt32BE(at, 8 + 12 * index);
    table.writeUInt32BE(content.length, 12 + 12 * index);
    at += content.length;
  }
  header.writeUInt32BE(at);
  return Buffer.concat([header, table, ...all.map(([, content]) => content)]);
}

/** XYZType (ICC.1:2022, 10.31). */
function xyzTag(values: Row): Buffer {
  return tagOf('XYZ ', values.map(fixed));
}

/** parametricCurveType (ICC.1:2022, 10.18): function 0 or 3. */
function curveTag(transfer: Transfer): Buffer {
  const parameters = transfer === 'srgb' ? srgbCurve : [transfer];
  return tagOf('para', [(parameters.length === 1 ? 0 : 3) << 16, ...parameters.map(fixed)]);
}

function tagOf(type: string, values: readonly number[]): Buffer {
  const tag = Buffer.alloc(8 + 4 * values.length);
  tag.write(type, 'latin1');
  for (const [index, value] of values.entries()) tag.writeInt32BE(value, 8 + 4 * index);
  return tag;
}

/** s15Fixed16Number. */
function fixed(value: number): number {
  return Math.round(value * 65536);
}

/** With a luminance of 1. */
function xyzOf([x, y]: Chromaticity): Row {
  return [x / y, 1, (1 - x - y) / y];
}

function unit(index: number, value: number): Row {
  return [0, 1, 2].map((place) => (place === index ? value : 0)) as unknown as Row;
}

function times(matrix: Matrix, [x, y, z]: Row): Row {
  return matrix.map((row) => row[0] * x + row[1] * y + row[2] * z) as unknown as Row;
}

function product(left: Matrix, right: Matrix): Matrix {
  return transposed(transposed(right).map((column) => times(left, column)) as unknown as Matrix);
}

function transposed(matrix: Matrix): Matrix {
  return [0, 1, 2].map((column) => matrix.map((row) => row[column])) as unknown as Matrix;
}

/** By cofactors. @returns undefined where there is no inverse */
function inverted([[a, b, c], [d, e, f], [g, h, i]]: Matrix): Matrix | undefined {
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  if (!(Math.abs(determinant) > 1e-9)) return undefined;
  const cofactors: Matrix = [
    [e * i - f * h, c * h - b * i, b * f - c * e],
    [f * g - d * i, a * i - c * g, c * d - a * f],
    [d * h - e * g, b * g - a * h, a * e - b * d],
  ];
  return cofactors.map((row) => row.map((value) => value / determinant)) as unknown as Matrix;
}
