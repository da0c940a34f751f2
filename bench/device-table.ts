/** The table of steps on a device, and what is missing in it. */
import { markdownTable } from './markdown-table.js';
import { rounded } from './measure.js';
import type { AbsentRow, DeviceRow } from './train-on-device.js';

const columns: readonly (readonly [title: string, cell: (row: DeviceRow) => string])[] = [
  ['model', ({ backbone }) => backbone],
  ['engine', ({ engine }) => engine],
  ['device', ({ device }) => device],
  ['precision', ({ precision }) => precision],
  ['crops', ({ crops }) => String(crops)],
  ['images/s', ({ imagesPerSecond }) => String(imagesPerSecond)],
  ['TFLOP/s', ({ teraflops }) => String(teraflops)],
  ['memory, MiB', ({ memoryMiB }) => String(memoryMiB)],
  ['step, ms', ({ stepMilliseconds }) => String(stepMilliseconds)],
  ['kernels', ({ profile }) => (profile ? String(profile.kernels) : '')],
  ['in kernels, ms', ({ profile }) => (profile ? String(rounded(profile.kernelMilliseconds)) : '')],
  ['to launch, ms', ({ profile }) => (profile ? String(rounded(profile.launchMilliseconds)) : '')],
  ['to replay, ms', ({ profile }) => (profile ? String(rounded(profile.replayMilliseconds)) : '')],
  ['crops up, ms', ({ profile }) => (profile ? String(rounded(profile.uploadMilliseconds)) : '')],
  ['smallest step, ms', ({ smallestStepMilliseconds }) => String(smallestStepMilliseconds)],
];

export function describeDeviceRows(rows: readonly (DeviceRow | AbsentRow)[]): string {
  const measured = rows.filter((row): row is DeviceRow => !('absent' in row));
  const absent = rows.filter((row): row is AbsentRow => 'absent' in row);
  const table = markdownTable([columns.map(([title]) => title), ...measured.map((row) => columns.map(([, cell]) => cell(row)))], 4);
  const remarks = [
    ...measured.flatMap((row) => (row.remark === undefined ? [] : [`${whose(row)} is ${row.remark}`])),
    ...(measured.some(({ memoryOf }) => memoryOf === 'process') ? ['memory is that of the process: nvidia-smi says nothing here'] : []),
    ...[...new Set(absent.map((row) => row.absent))].map(
      (reason) =>
        `absent: ${absent
          .filter((row) => row.absent === reason)
          .map(whose)
          .join('; ')}: ${reason}`,
    ),
  ];
  return [table, ...remarks.map((line) => `${line}\n`)].join('');
}

function whose({ backbone, engine, device, precision }: Pick<DeviceRow, 'backbone' | 'engine' | 'device' | 'precision'>): string {
  return `${backbone}, ${engine} ${device} ${precision}`;
}
