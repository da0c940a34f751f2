/** The card of one of several processes on a machine: launchers start one process a card, and some show each process its own only. */
import { readdirSync } from 'node:fs';

/** A folder with an entry for each card of NVIDIA's driver. */
const driverCards = '/proc/driver/nvidia/gpus';

/**
 * @param process its number among those on the machine, from 0
 * @returns the number of a card, as CUDA counts those that the process sees
 */
export function cardOf(process: number, environment: NodeJS.ProcessEnv, folder = driverCards): number {
  const visible = environment.CUDA_VISIBLE_DEVICES;
  const cards = visible === undefined ? cardsIn(folder) : visible.split(',').filter((card) => card.trim() !== '').length;
  return process % Math.max(1, cards);
}

function cardsIn(folder: string): number {
  try {
    return readdirSync(folder).length;
  } catch {
    return 0;
  }
}
