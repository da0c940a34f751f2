/** The segments of a JPEG file (ITU-T T.81, annex B): frame, tables and scans. */

export interface JpegComponent {
  readonly id: number;
  readonly horizontal: number;
  readonly vertical: number;
}

export interface JpegFrame {
  /** 0 baseline, 1 extended, 2 progressive, 3 lossless; above 8 with arithmetic coding. */
  readonly kind: number;
  readonly precision: number;
  readonly width: number;
  readonly height: number;
  readonly components: readonly JpegComponent[];
}

/** A code table as T.81 states it: the number of codes of each length 1..16, and their values. */
export interface HuffmanTable {
  readonly counts: Uint8Array;
  readonly values: Uint8Array;
}

export interface JpegScan {
  readonly components: readonly { readonly component: JpegComponent; readonly dc?: HuffmanTable; readonly ac?: HuffmanTable }[];
  readonly spectralStart: number;
  readonly spectralEnd: number;
  readonly high: number;
  readonly low: number;
  /** MCUs between restart markers; 0 for none. */
  readonly restartInterval: number;
  /** Offset of the entropy-coded data, bytes. */
  readonly start: number;
}

export interface JpegStructure {
  readonly frame?: JpegFrame;
  readonly scans: readonly JpegScan[];
  /** True when the picture ends with its end marker (EOI). */
  readonly hasEnd: boolean;
}

/** Reads the segments of the first picture in bytes that begin with a JPEG file. */
export function readJpegStructure(bytes: Uint8Array): JpegStructure {
  const [dc, ac] = [new Map<number, HuffmanTable>(), new Map<number, HuffmanTable>()];
  const scans: JpegScan[] = [];
  let frame: JpegFrame | undefined;
  let restartInterval = 0;
  let at = 2;
  while (at < bytes.length) {
    const marker = nextMarker(bytes, at);
    if (marker >= bytes.length) break;
    const code = bytes[marker]!;
    at = marker + 1;
    if (code === 0xd9) return { ...(frame && { frame }), scans, hasEnd: true };
    if ((code >= 0xd0 && code <= 0xd8) || code === 0x01) continue;
    const length = (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
    const segment = bytes.subarray(at + 2, at + length);
    at += Math.max(length, 2);
    if (isFrame(code)) frame ??= readFrame(code - 0xc0, segment);
    else if (code === 0xc4) readTables(segment, dc, ac);
    else if (code === 0xdd) restartInterval = (segment[0] ?? 0) * 256 + (segment[1] ?? 0);
    else if (code === 0xda) {
      const count = segment[0] ?? 0;
      const components = Array.from({ length: count }, (_, index) => {
        const component = frame?.components.find(({ id }) => id === segment[1 + 2 * index]);
        const selector = segment[2 + 2 * index] ?? 0;
        const [dcTable, acTable] = [dc.get(selector >> 4), ac.get(selector & 15)];
        return component && { component, ...(dcTable && { dc: dcTable }), ...(acTable && { ac: acTable }) };
      }).filter((entry) => entry !== undefined);
      const [spectralStart = 0, spectralEnd = 0, approximation = 0] = segment.subarray(1 + 2 * count);
      scans.push({ components, spectralStart, spectralEnd, high: approximation >> 4, low: approximation & 15, restartInterval, start: at });
    }
  }
  return { ...(frame && { frame }), scans, hasEnd: false };
}

/** A likely reason of a failed decoding: an unsupported kind of JPEG; undefined for a supported one. */
export function unreadJpeg({ frame }: JpegStructure): string | undefined {
  if (frame === undefined) return undefined;
  const convert = 'save it as baseline or progressive JPEG of 8 bits, or as PNG';
  const { kind, precision, components } = frame;
  if (kind === jpegLs) return `it is JPEG-LS, which is not supported: ${convert}`;
  if (kind === 3 || kind === 7 || kind === 11 || kind === 15) return `it is a lossless JPEG, which is not supported: ${convert}`;
  if (precision !== 8) return `it is a JPEG of ${precision} bits, which is not supported: ${convert}`;
  if (kind > 2 && kind < 8) return `it is a hierarchical JPEG, which is not supported: ${convert}`;
  return [1, 3, 4].includes(components.length)
    ? undefined
    : `it is a JPEG of ${components.length} bands, which is not supported: ${convert}`;
}

/** Offset of the code of the next marker outside entropy-coded data; the number of bytes when there is none. */
function nextMarker(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    const code = bytes[at + 1]!;
    if (code !== 0 && code !== 0xff) return at + 1;
  }
  return bytes.length;
}

/** SOF55 (ITU-T T.87), as a kind of frame. */
const jpegLs = 55;

/** SOF0 to SOF15 and SOF55 without DHT, JPG and DAC, which lie among them. */
function isFrame(code: number): boolean {
  return (code === 0xc0 + jpegLs || (code >= 0xc0 && code <= 0xcf)) && code !== 0xc4 && code !== 0xc8 && code !== 0xcc;
}

function readFrame(kind: number, segment: Uint8Array): JpegFrame | undefined {
  if (segment.length < 6) return undefined;
  const [precision = 0, heightHigh = 0, heightLow = 0, widthHigh = 0, widthLow = 0, count = 0] = segment;
  const components = Array.from({ length: count }, (_, index) => {
    const [id = 0, sampling = 0] = segment.subarray(6 + 3 * index);
    return { id, horizontal: sampling >> 4, vertical: sampling & 15 };
  });
  return { kind, precision, width: widthHigh * 256 + widthLow, height: heightHigh * 256 + heightLow, components };
}

function readTables(segment: Uint8Array, dc: Map<number, HuffmanTable>, ac: Map<number, HuffmanTable>): void {
  for (let at = 0; at + 17 <= segment.length; ) {
    const place = segment[at]!;
    const counts = segment.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    (place >> 4 === 0 ? dc : ac).set(place & 15, { counts, values: segment.subarray(at + 17, at + 17 + total) });
    at += 17 + total;
  }
}
