/** The estimate of docs/many-machines.md: what 8 to 64 machines bring, from constants that were measured on few. */
import { markdownTable } from './markdown-table.js';

/** Seconds of a part of clip-rn50, 24 crops of 224 pixels, on two cores. */
const partSeconds = 3.35;
/** Bytes of its gradients. */
const gradientBytes = 152.8e6;
/** Share of a network's rate that TCP carries. */
const usable = 0.95;
/** How much longer MPI's sum takes than the wire alone: `bench -- peers --hosts 2,4,8` found 1.06 to 1.20 times, and more where processors are short. */
const detour = 1.2;
/** Bytes a second that a machine adds up. */
const addedBytes = 1.4e9;

/** Share of N times the speed of one machine, 0..1. */
export function efficiencyOf(machines: number, parts: number, gigabits: number): number {
  const others = (machines - 1) / machines;
  const wire = (2 * others * gradientBytes) / ((usable * gigabits * 1e9) / 8);
  return (parts * partSeconds) / (parts * partSeconds + detour * wire + (others * gradientBytes) / addedBytes);
}

export function peersModel(): string {
  const sizes = [8, 16, 32, 64];
  const rows = [1, 10].flatMap((gigabits) =>
    [1, 4].map((parts) => [
      String(parts),
      `${gigabits} Gbit/s`,
      ...sizes.map((machines) => (100 * efficiencyOf(machines, parts, gigabits)).toFixed(0)),
    ]),
  );
  return markdownTable([['parts of each machine', 'network', ...sizes.map((machines) => `${machines} machines`)], ...rows]);
}
