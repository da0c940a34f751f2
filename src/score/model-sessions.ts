/**
 * The sessions of a model. One uses every core for each image, which answers soonest; where several images wait, small models get copies, each
 * image one of them, which score more of them a second.
 */

import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { degradationsOutput } from '../heads/degradation-groups.js';
import type { DeviceSetup } from '../runtime/devices/device.js';
import type { ModelSignature } from '../runtime/onnxruntime/model-signature.js';
import { SessionThread } from '../runtime/sessions/session-thread.js';
import { fittingThreads } from '../support/open-files.js';
import type { NamedTensors } from '../tensors/tensor-data.js';

/** Largest model that has copies, with its weights, bytes: copies take memory, and large models use several cores well enough. */
const largestCopied = 64 * 2 ** 20;
const mostCopies = 4;
/** The output that few ask for, and that costs time: ONNX Runtime computes all outputs of a file, asked for or not. */
const seldomAsked = degradationsOutput;
/** Largest file that is read into memory to leave it out, bytes. */
const largestReduced = 512 * 2 ** 20;
/** Images at a time from which on copies are made. */
const manyImages = 3;

export interface RunRequest {
  /** Number of images that are decoded, scored or wait at the moment. */
  readonly images: number;
  /** Calls off what waits for a session. */
  readonly signal?: AbortSignal | undefined;
}

export class ModelSessions {
  private readonly path: string;
  private readonly device: DeviceSetup;
  private readonly threads: SessionThread[] = [];
  private readonly single: IdleThreads;
  private copies: IdleThreads | 'in the making' | 'none' | undefined;
  /** Those that have loaded what gives the output that few ask for. */
  private readonly telling = new Set<SessionThread>();
  /** All outputs but that one; known once the model is loaded. */
  private usual: readonly string[] = [];
  /** Of the model with its weights; known once it is loaded. */
  private bytes = 0;
  private isClosed = false;

  constructor(path: string, device: DeviceSetup) {
    this.path = path;
    this.device = device;
    this.single = new IdleThreads([this.start(device)]);
  }

  /** Loads the model. @throws as `SessionThread.load` */
  async load(): Promise<ModelSignature> {
    this.bytes = await sizeOf(this.path);
    const signature = await this.loadInto(this.first);
    this.usual = signature.outputs.map(({ name }) => name).filter((name) => name !== seldomAsked);
    return signature;
  }

  /** The session that uses every core. */
  get first(): SessionThread {
    return this.threads[0]!;
  }

  /**
   * Runs the model in a session as soon as one is idle, in the order of calls.
   * @param outputs asked for: what is asked for first is computed from then on
   * @throws the signal's reason where it was aborted before a session was idle.
   */
  run(feeds: NamedTensors, outputs: readonly string[], { images, signal }: RunRequest): Promise<NamedTensors> {
    if (images >= manyImages && this.copies === undefined) void this.makeCopies();
    const threads = images > 1 && this.copies instanceof IdleThreads ? this.copies : this.single;
    return threads.use(async (thread) => {
      signal?.throwIfAborted();
      if (!outputs.includes(seldomAsked) || this.bytes > largestReduced) return thread.run('model', feeds, { outputs });
      // a small model gives all from one session, a large one has its weights in memory once
      const isApart = this.bytes > largestCopied;
      if (!this.telling.has(thread)) await thread.load('telling', this.path, isApart ? { without: this.usual } : {});
      this.telling.add(thread);
      if (!isApart) return thread.run('telling', feeds, { outputs });
      const told = await thread.run('telling', feeds, { outputs: [seldomAsked] });
      const others = outputs.filter((name) => name !== seldomAsked);
      return others.length === 0 ? told : { ...told, ...(await thread.run('model', feeds, { outputs: others })) };
    });
  }

  /** Without the output that few ask for, unless the file is too large for that. */
  private loadInto(thread: SessionThread): Promise<ModelSignature> {
    return thread.load('model', this.path, this.bytes > largestReduced ? {} : { without: [seldomAsked] });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all(this.threads.map((thread) => thread.close()));
  }

  /** Scoring continues with the first session until they are there, and where they cannot be made. */
  private async makeCopies(): Promise<void> {
    this.copies = 'in the making';
    const cores = availableParallelism();
    const count = fittingThreads(Math.min(mostCopies, cores));
    if (count < 2 || this.device.device !== 'cpu' || this.bytes > largestCopied || this.isClosed) {
      this.copies = 'none';
      return;
    }
    const copies = Array.from({ length: count }, () => this.start({ device: 'cpu', threads: Math.floor(cores / count) }));
    const loaded = await Promise.allSettled(copies.map((copy) => this.loadInto(copy)));
    const usable = copies.filter((_, index) => loaded[index]!.status === 'fulfilled');
    this.copies = usable.length === count ? new IdleThreads(usable) : 'none';
  }

  private start(options: ConstructorParameters<typeof SessionThread>[0]): SessionThread {
    const thread = new SessionThread(options);
    this.threads.push(thread);
    return thread;
  }
}

/** Threads, each of which works on one image at a time. */
class IdleThreads {
  private readonly idle: SessionThread[];
  private readonly waiting: ((thread: SessionThread) => void)[] = [];

  constructor(threads: readonly SessionThread[]) {
    this.idle = [...threads];
  }

  async use<Result>(work: (thread: SessionThread) => Promise<Result>): Promise<Result> {
    const thread = this.idle.pop() ?? (await new Promise<SessionThread>((resolve) => this.waiting.push(resolve)));
    try {
      return await work(thread);
    } finally {
      const next = this.waiting.shift();
      if (next) next(thread);
      else this.idle.push(thread);
    }
  }
}

/** Bytes of a model, with its weights. */
async function sizeOf(path: string): Promise<number> {
  const sizes = [path, `${path}.data`].map((file) =>
    stat(file).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size);
}
