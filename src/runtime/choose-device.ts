/** The device that `--device` asks for. */
import { type Device, devices } from './device.js';
import { measureDevice } from './measure-device.js';

/** `auto` is the fastest that can be used. */
export const deviceNames = [...devices, 'auto'] as const;
export type DeviceName = (typeof deviceNames)[number];

/**
 * The device that a name stands for. A software GPU is one that can be used, but not the fastest.
 * @param tf32 whether CUDA may round factors to TF32's 10 bits, as ONNX Runtime does by itself: three digits, and faster. NVIDIA's libraries read
 * the variable when they are loaded; where it is set already, that holds
 */
export async function chooseDevice(name: DeviceName, tf32 = false): Promise<Device> {
  if (!tf32) process.env.NVIDIA_TF32_OVERRIDE ??= '0';
  if (name !== 'auto') return name;
  let chosen: { device: Device; speed: number } | undefined;
  for (const device of devices) {
    const measured = await measureDevice(device);
    if ('speed' in measured && measured.speed > (chosen?.speed ?? 0)) chosen = { device, speed: measured.speed };
  }
  return chosen?.device ?? 'cpu';
}
