/** Half precision on WebGPU without a GPU: lavapipe, which computes Vulkan on the processor, of Mesa 25 (Debian 13, or backports of Debian 12). */
import { existsSync } from 'node:fs';
import { measureDevice } from '#antonym/runtime/devices/measure-device.js';

/** As packages of Mesa name it. */
const drivers = ['/usr/share/vulkan/icd.d/lvp_icd.json', '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json'];

/** For the names of tests that are skipped without it. */
export const needsHalfPrecision = "(needs half precision in Vulkan: Debian's package mesa-vulkan-drivers, from Mesa 25 on)";

/** Makes it the only GPU of threads started from now on, unless VK_DRIVER_FILES names another. @returns whether one has half precision */
export async function useHalfPrecision(): Promise<boolean> {
  const driver = process.env.VK_DRIVER_FILES ?? drivers.find(existsSync);
  if (driver === undefined) return false;
  process.env.VK_DRIVER_FILES = driver;
  process.env.VK_ICD_FILENAMES = driver;
  return 'speed' in (await measureDevice({ device: 'webgpu' }, { sides: [128], halfPrecision: true }));
}
