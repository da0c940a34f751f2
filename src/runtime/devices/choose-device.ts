/** The device that `--device` asks for. */
import { UserError } from '../../support/errors.js';
import type { DeviceSetup } from './device.js';
import { type DeviceName, devices } from './device-names.js';
import type { MeasuredDevice, MeasureOptions } from './measure-device.js';
import { noProviderOptions, parseProviderOptions } from './provider-options.js';

/** A command's flags about a device. */
export interface DeviceFlags {
  readonly device: DeviceName;
  /** See `parseProviderOptions`; default: none. */
  readonly providerOptions?: string;
  /** True when CUDA may round factors to TF32's 10 bits; default: false. */
  readonly tf32?: boolean;
}

/**
 * The device that a name stands for. A software GPU is one that can be used, but not the fastest.
 * @throws UserError for options that a device does not have.
 */
export async function chooseDevice(flags: DeviceFlags): Promise<DeviceSetup> {
  if (flags.device !== 'auto') return setupOf({ ...flags, device: flags.device });
  parseProviderOptions(flags.providerOptions ?? noProviderOptions, 'auto');
  let chosen: { setup: DeviceSetup; speed: number } | undefined;
  for (const device of devices) {
    const setup = setupOf({ ...flags, device });
    const measured = await measure(setup);
    if ('speed' in measured && measured.speed > (chosen?.speed ?? 0)) chosen = { setup, speed: measured.speed };
  }
  return chosen?.setup ?? { device: 'cpu' };
}

/** @throws UserError when a device that is named cannot be used, or lacks what is needed, before anything else is done. */
export async function checkDevice(flags: DeviceFlags, { halfPrecision = false } = {}): Promise<void> {
  if (flags.device === 'auto') return;
  const setup = setupOf({ ...flags, device: flags.device });
  if (setup.device === 'cpu') return;
  const measured = await measure(setup, { sides: [128], halfPrecision });
  if ('unavailable' in measured) throw new UserError(measured.unavailable);
}

/** ONNX Runtime allows TF32 unless it is told not to. */
function setupOf({ device, providerOptions = noProviderOptions, tf32 = false }: DeviceFlags & Pick<DeviceSetup, 'device'>): DeviceSetup {
  const options = parseProviderOptions(providerOptions, device);
  return { device, providerOptions: device === 'cuda' ? { use_tf32: tf32 ? '1' : '0', ...options } : options };
}

/** Graphs and their encoder are loaded where something is measured only. */
async function measure(setup: DeviceSetup, options?: MeasureOptions): Promise<MeasuredDevice> {
  const { measureDevice } = await import('./measure-device.js');
  return measureDevice(setup, options);
}
