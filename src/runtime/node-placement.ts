/** Which nodes of a model a device leaves to the processor: ONNX Runtime moves them silently, and only its profile says so. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import type { Device } from './device.js';
import type { Placement } from './session-messages.js';

export interface PlacedSession {
  readonly session: InferenceSession;
  /** To be called once, after the first run. */
  placement(): Promise<Placement>;
}

/** A session that knows which nodes are left to the processor. */
export async function createPlacedSession(
  create: (options: InferenceSession.SessionOptions) => Promise<InferenceSession>,
  device: Device,
  options: InferenceSession.SessionOptions,
): Promise<PlacedSession> {
  if (device === 'cpu') return { session: await create(options), placement: async () => ({ onProcessor: {} }) };
  const strict = { ...options, logSeverityLevel: 4, extra: { session: { disable_cpu_ep_fallback: '1' } } } as const;
  try {
    return { session: await create(strict), placement: async () => ({ onProcessor: {} }) };
  } catch (error) {
    if (!String(error).includes('fallback to CPU EP')) throw error;
  }
  const folder = await mkdtemp(join(tmpdir(), 'antonym-profile-'));
  const session = await create({ ...options, enableProfiling: true, profileFilePrefix: join(folder, 'profile') });
  return {
    session,
    async placement() {
      session.endProfiling();
      try {
        const [file] = await readdir(folder);
        return { onProcessor: countNodes(JSON.parse(await readFile(join(folder, file!), 'utf8'))) };
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  };
}

/** What people read; undefined where the device computes everything. */
export function describePlacement({ onProcessor }: Placement): string | undefined {
  const left = Object.entries(onProcessor);
  if (left.length === 0) return undefined;
  const list = left.map(([operator, count]) => `${count} ${operator}`).join(', ');
  return `The device cannot compute some nodes of the model; the processor does, and tensors travel: ${list}`;
}

/** Nodes of the processor in a profile of one run, by operator; copies between the devices are no work of the model. */
function countNodes(events: readonly ProfileEvent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { cat, name, args } of events) {
    const operator = args?.op_name;
    if (cat !== 'Node' || !name.endsWith('_kernel_time') || args?.provider !== 'CPUExecutionProvider' || operator === undefined) continue;
    if (!operator.startsWith('Memcpy')) counts[operator] = (counts[operator] ?? 0) + 1;
  }
  return counts;
}

interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly args?: { readonly op_name?: string; readonly provider?: string };
}
