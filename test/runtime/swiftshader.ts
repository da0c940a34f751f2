/** WebGPU without a GPU: SwiftShader, which computes Vulkan on the processor, as Debian's chromium package brings it. */
import { existsSync } from 'node:fs';

const driver = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** For the names of tests that are skipped without it. */
export const needsSwiftShader = "(needs SwiftShader: Debian's packages chromium and libvulkan1)";

/** Makes it the only GPU of threads and programs started from now on. @returns whether it is there */
export function useSwiftShader(): boolean {
  if (!existsSync(driver)) return false;
  // the loader of Vulkan reads either name, depending on its version
  process.env.VK_DRIVER_FILES = driver;
  process.env.VK_ICD_FILENAMES = driver;
  return true;
}
