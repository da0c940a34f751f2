/** Metrics as TensorBoard reads them: an event file of scalars. Derived from metrics.jsonl, so that it can be made again at any time. */
import { z } from 'zod';
import type { MetricsRow } from '../runs/metrics-log.js';
import { jsonObjectOrEmpty } from '../support/json-object.js';
import { encodeMessage, type MessageTable } from '../support/protobuf/message-table.js';

/** The scalars of a row. */
interface Scalars {
  readonly step: number;
  /** Seconds since 1970. */
  readonly time: number;
  readonly value: readonly { readonly tag: string; readonly simpleValue: number }[];
}

/**
 * The content of a file whose name contains `tfevents`: TFRecords of `tensorflow.Event`.
 * @param rows of metrics.jsonl
 * @param started when the run was started, seconds since 1970: times are those of the steps counted from there, without pauses.
 */
export function eventFile(rows: readonly MetricsRow[], started: number): Uint8Array {
  const records = [versionEvent(started), ...scalarsOf(rows, started).map(scalarsEvent)];
  return Buffer.concat(records.map(tfRecord));
}

/** Parts of a row that hold numbers by name; older rows lack them. */
const nested = z.object({ timings: jsonObjectOrEmpty, perDistortion: z.record(z.string(), jsonObjectOrEmpty).catch({}) });

function scalarsOf(rows: readonly MetricsRow[], started: number): Scalars[] {
  let time = started;
  return rows.flatMap((row) => {
    const { kind, step, timings: _timings, perDistortion: _perDistortion, ...measured } = row;
    const { timings, perDistortion } = nested.parse(row);
    if (typeof timings.stepMilliseconds === 'number') time += timings.stepMilliseconds / 1000;
    const named = [
      ...Object.entries(measured).map(([name, value]) => [`${kind}/${name}`, value] as const),
      ...Object.entries(timings).map(([name, value]) => [`timings/${name}`, value] as const),
      ...Object.entries(perDistortion).flatMap(orderingOf),
    ];
    const value = named.flatMap(([tag, simpleValue]) => (typeof simpleValue === 'number' ? [{ tag, simpleValue }] : []));
    return value.length === 0 ? [] : [{ step, time, value }];
  });
}

function orderingOf([distortion, ordering]: [string, object]): (readonly [string, unknown])[] {
  return Object.entries(ordering).map(([name, value]) => [`${name}/${distortion}`, value] as const);
}

/** tensorflow/core/util/event.proto, and the part of framework/summary.proto that scalars need. */
const eventMessage = {
  wallTime: { number: 1, kind: 'double' },
  step: { number: 2, kind: 'int' },
  fileVersion: { number: 3, kind: 'string' },
  summary: {
    number: 5,
    kind: { value: { number: 1, kind: { tag: { number: 1, kind: 'string' }, simpleValue: { number: 2, kind: 'float' } }, repeated: true } },
  },
} as const satisfies MessageTable;

function versionEvent(time: number): Uint8Array {
  return encodeMessage(eventMessage, { wallTime: time, fileVersion: 'brain.Event:2' });
}

function scalarsEvent({ step, time, value }: Scalars): Uint8Array {
  return encodeMessage(eventMessage, { wallTime: time, step, summary: { value } });
}

/** TFRecord: length (uint64), its checksum, the data, their checksum; little-endian. */
function tfRecord(data: Uint8Array): Uint8Array {
  const record = Buffer.allocUnsafe(12 + data.length + 4);
  record.writeUInt32LE(data.length, 0);
  record.writeUInt32LE(0, 4);
  record.writeUInt32LE(maskedChecksum(record.subarray(0, 8)), 8);
  record.set(data, 12);
  record.writeUInt32LE(maskedChecksum(data), 12 + data.length);
  return record;
}

/** CRC-32C, rotated and shifted by a constant: a checksum of data that contain checksums would be weak. */
function maskedChecksum(data: Uint8Array): number {
  const crc = crc32c(data);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** Remainders of single bytes by the Castagnoli polynomial, its bits reversed. */
const remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0x82f63b78 : 0);
  return remainder;
});

function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (let at = 0; at < data.length; at++) crc = (crc >>> 8) ^ remainders[(crc ^ data[at]!) & 255]!;
  return ~crc >>> 0;
}
