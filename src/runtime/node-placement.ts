/** Which nodes of a model a device leaves to the processor: ONNX Runtime moves them silently, and only its profile says so. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Device } from './device.js';
import type { Placement } from './session-messages.js';

/** A session that knows which nodes are left to the processor, once it has run. */
export class PlacedSession {
  private onProcessor: Placement['onProcessor'] = {};

  private constructor(
    readonly session: InferenceSession,
    /**
     * Whether outputs stay on the device. ONNX Runtime's binding then remembers the outputs of the first call and, in a call for others,
     * gives values the wrong names: all are asked for each time.
     */
    private readonly keepsOutputs: boolean,
    /** Where the profile of the first run is to be found. */
    private folder?: string,
  ) {}

  static async create(
    create: (options: InferenceSession.SessionOptions) => Promise<InferenceSession>,
    device: Device,
    options: InferenceSession.SessionOptions,
  ): Promise<PlacedSession> {
    const keepsOutputs = options.preferredOutputLocation !== undefined;
    if (device === 'cpu') return new PlacedSession(await create(options), keepsOutputs);
    const strict = { ...options, logSeverityLevel: 4, extra: { session: { disable_cpu_ep_fallback: '1' } } } as const;
    try {
      return new PlacedSession(await create(strict), keepsOutputs);
    } catch (error) {
      if (!String(error).includes('fallback to CPU EP')) throw error;
    }
    const folder = await mkdtemp(join(tmpdir(), 'antonym-profile-'));
    const profiled = { ...options, enableProfiling: true, profileFilePrefix: join(folder, 'profile') };
    return new PlacedSession(await create(profiled), keepsOutputs, folder);
  }

  get placement(): Placement {
    return { onProcessor: this.onProcessor };
  }

  async run(feeds: InferenceSession.FeedsType, outputs: readonly string[]): Promise<Readonly<Record<string, Tensor>>> {
    const results = await this.session.run(feeds, this.keepsOutputs ? this.session.outputNames : outputs);
    await this.endProfile();
    const wanted: Record<string, Tensor> = {};
    for (const [name, tensor] of Object.entries(results)) {
      if (outputs.includes(name)) wanted[name] = tensor;
      else tensor.dispose();
    }
    return wanted;
  }

  async release(): Promise<void> {
    await this.endProfile();
    await this.session.release();
  }

  private async endProfile(): Promise<void> {
    const folder = this.folder;
    if (folder === undefined) return;
    this.folder = undefined;
    try {
      this.session.endProfiling();
      const [file] = await readdir(folder);
      this.onProcessor = countNodes(JSON.parse(await readFile(join(folder, file!), 'utf8')));
    } finally {
      await rm(folder, { recursive: true });
    }
  }
}

/** What people read; undefined where the device computes everything. */
export function describePlacement({ onProcessor }: Placement): string | undefined {
  const left = Object.entries(onProcessor);
  if (left.length === 0) return undefined;
  const list = left.map(([operator, count]) => `${count} ${operator}`).join(', ');
  return `The device cannot compute some nodes of the model; the processor does, and tensors travel: ${list}`;
}

/**
 * Nodes of the processor in a profile of one run, by operator. Copies between the devices are no work of the model, and sizes are
 * computed by the processor because they are used there: no tensor travels.
 */
function countNodes(events: readonly ProfileEvent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { cat, name, args } of events) {
    if (cat !== 'Node' || !name.endsWith('_kernel_time') || args?.provider !== 'CPUExecutionProvider') continue;
    const { op_name: operator, output_type_shape: outputs } = args;
    if (operator.startsWith('Memcpy') || outputs.every(isSize)) continue;
    counts[operator] = (counts[operator] ?? 0) + 1;
  }
  return counts;
}

/** A scalar or vector of whole numbers, as sizes are. */
function isSize(output: Readonly<Record<string, readonly number[]>>): boolean {
  return Object.entries(output).every(([dataType, shape]) => /^int(32|64)$/.test(dataType) && shape.length <= 1);
}

interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly args?: {
    readonly op_name: string;
    readonly provider: string;
    /** Data type -> shape, of each output. */
    readonly output_type_shape: readonly Readonly<Record<string, readonly number[]>>[];
  };
}
