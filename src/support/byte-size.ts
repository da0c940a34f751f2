/** Sizes of files for people. */

import { counted } from './counted.js';

/** `312 bytes`, `4.5 kB`, `5.5 MB`, `1.2 GB`: decimal, as file managers and disks count. */
export function formatBytes(bytes: number): string {
  for (const [size, unit] of [
    [1e9, 'GB'],
    [1e6, 'MB'],
    [1e3, 'kB'],
  ] as const) {
    // a size that would round up to the next unit belongs there
    if (bytes >= size * 0.99995) return `${(bytes / size).toFixed(1)} ${unit}`;
  }
  return counted(bytes, 'byte');
}
