/** The nodes of a model that a device leaves to the processor: ONNX Runtime moves them silently, and only its profile says so. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TensorData } from '../../tensors/tensor-data.js';
import { OnnxSession, type Tensor } from '../onnxruntime/session.js';
import type { SessionSettings } from '../onnxruntime/session-options.js';
import type { Placement } from '../sessions/session-messages.js';

/** A session of a device that knows which nodes are left to the processor, once it has run. */
export class PlacedSession {
  private onProcessor: Placement['onProcessor'] = {};

  private constructor(
    readonly session: OnnxSession,
    /** Path prefix of the profile of the first run. */
    private folder?: string,
  ) {}

  /** @throws Error as of `OnnxSession.open`; where no node may be left to the processor, also when one is. */
  static async open(source: string | Uint8Array, settings: SessionSettings): Promise<PlacedSession> {
    try {
      return new PlacedSession(OnnxSession.open(source, { ...settings, isStrict: true }));
    } catch (error) {
      if (settings.isStrict || !isLeftToProcessor(error)) throw error;
    }
    const folder = await mkdtemp(join(tmpdir(), 'antonym-profile-'));
    return new PlacedSession(OnnxSession.open(source, { ...settings, profile: join(folder, 'profile') }), folder);
  }

  get placement(): Placement {
    return { onProcessor: this.onProcessor };
  }

  /** Same as `OnnxSession.run`. */
  async run<Place extends Tensor>(
    inputs: Readonly<Record<string, Tensor>>,
    outputs: Readonly<Record<string, Place | undefined>>,
  ): Promise<Record<string, Place | TensorData>> {
    const results = this.session.run(inputs, outputs);
    await this.endProfile();
    return results;
  }

  async release(): Promise<void> {
    await this.endProfile();
    this.session.release();
  }

  private async endProfile(): Promise<void> {
    const folder = this.folder;
    if (folder === undefined) return;
    this.folder = undefined;
    try {
      this.onProcessor = countNodes(JSON.parse(await readFile(this.session.endProfile(), 'utf8')));
    } finally {
      await rm(folder, { recursive: true });
    }
  }
}

/** True when a session was refused because its device does not compute everything. */
function isLeftToProcessor(error: unknown): boolean {
  return String(error).includes('fallback to CPU EP');
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
