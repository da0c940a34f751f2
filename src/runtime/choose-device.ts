/** The device that `--device` asks for. */
import { UserError } from '../support/errors.js';
import { type Device, devices } from './device.js';
import { measureDevice } from './measure-device.js';

/** `auto` is the fastest that can be used. */
export const deviceNames = [...devices, 'auto'] as const;
export type DeviceName = (typeof deviceNames)[number];

/**
 * The device that a name stands for. A software GPU is one that can be used, but not the fastest.
 * @param tf32 whether CUDA may round factors to TF32's 10 bits
 */
export async function chooseDevice(name: DeviceName, tf32 = false): Promise<Device> {
  if (!tf32) forbidTf32();
  if (name !== 'auto') return name;
  let chosen: { device: Device; speed: number } | undefined;
  for (const device of devices) {
    const measured = await measureDevice(device);
    if ('speed' in measured && measured.speed > (chosen?.speed ?? 0)) chosen = { device, speed: measured.speed };
  }
  return chosen?.device ?? 'cpu';
}

export interface DeviceNeeds {
  /** See `chooseDevice`. */
  readonly tf32?: boolean;
  readonly halfPrecision?: boolean;
}

/** @throws UserError when a device that is named cannot be used, or lacks what is needed, before anything else is done. */
export async function checkDevice(name: DeviceName, { tf32 = false, halfPrecision = false }: DeviceNeeds = {}): Promise<void> {
  if (name === 'cpu' || name === 'auto') return;
  if (!tf32) forbidTf32();
  const measured = await measureDevice(name, { sides: [128], halfPrecision });
  if ('unavailable' in measured) throw new UserError(measured.unavailable);
}

/** ONNX Runtime allows TF32 by itself, and its binding cannot tell it not to. NVIDIA's libraries read the variable when they are loaded. */
function forbidTf32(): void {
  process.env.NVIDIA_TF32_OVERRIDE ??= '0';
}
