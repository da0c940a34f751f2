/** `antonym devices`: what this machine can compute with, and how to get what it cannot. */

import { type Device, devices } from '../runtime/devices/device-names.js';
import { measureDevice } from '../runtime/devices/measure-device.js';
import { messageOf } from '../support/errors.js';
import { jsonLine } from '../support/json-line.js';
import { type OptionTable, resolveOptions } from '../support/options/option-table.js';
import { gpuRequirements, loadTensorFlow } from '../train/engines/tensorflow/load-tensorflow.js';
import type { Command } from './command.js';
import { jsonOption } from './shared-options.js';

interface Offer {
  readonly name: string;
  readonly available: boolean;
  /** Why not, or what is worth knowing. */
  readonly remark?: string;
}

const descriptions: Readonly<Record<Device, string>> = {
  cpu: 'the processor',
  webgpu: 'any GPU, through Vulkan, Metal or Direct3D 12',
  cuda: 'an NVIDIA GPU, through CUDA and cuDNN',
};

const options = { json: jsonOption } satisfies OptionTable;

export const devicesCommand: Command = {
  name: 'devices',
  description: 'Lists devices (--device) and engines (--engine): which are available here, why the others are not, and how to get them.',
  groups: { Options: options },
  async run(given) {
    const offers = { devices: await offeredDevices(), engines: await offeredEngines() };
    const { json } = resolveOptions(options, given).values;
    process.stdout.write(json ? jsonLine(offers) : describe('--device', offers.devices) + describe('--engine', offers.engines));
    return undefined;
  },
};

async function offeredDevices(): Promise<Offer[]> {
  const offers: Offer[] = [];
  let ofProcessor = 0;
  for (const device of devices) {
    const measured = await measureDevice({ device });
    if ('unavailable' in measured) offers.push({ name: device, available: false, remark: measured.unavailable });
    else {
      const speed = `multiplies matrices at ${gigaflops(measured.speed)} GFLOP/s`;
      if (device === 'cpu') ofProcessor = measured.speed;
      const doubt = measured.speed < ofProcessor ? '. The processor is faster: is it a GPU in software, for want of a driver?' : '';
      offers.push({ name: device, available: true, remark: `${descriptions[device]}; ${speed}${await inHalfPrecision(device)}${doubt}` });
    }
  }
  return offers;
}

/** The gain of `--precision mixed` there; empty for the processor, which has no kernels of half precision. */
async function inHalfPrecision(device: Device): Promise<string> {
  if (device === 'cpu') return '';
  const measured = await measureDevice({ device }, { halfPrecision: true });
  return 'speed' in measured ? `, in half precision at ${gigaflops(measured.speed)}` : ', has no half precision';
}

async function offeredEngines(): Promise<Offer[]> {
  const own = { name: 'onnxruntime', available: true, remark: 'computes on every device above' };
  try {
    const { notice } = await loadTensorFlow();
    return [
      own,
      { name: 'tensorflow', available: true, remark: `${notice ?? 'ready'}. For a GPU: @tensorflow/tfjs-node-gpu, ${gpuRequirements}` },
    ];
  } catch (error) {
    return [own, { name: 'tensorflow', available: false, remark: messageOf(error) }];
  }
}

function describe(flag: string, offers: readonly Offer[]): string {
  return offers
    .map(({ name, available, remark }) => `${`${flag} ${name}`.padEnd(22)} ${(available ? 'available' : 'no').padEnd(10)} ${remark}\n`)
    .join('');
}

/** Two digits: a first impression. */
function gigaflops(speed: number): string {
  return String(Number((speed / 1e9).toPrecision(2)));
}
