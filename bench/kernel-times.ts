/** The time of every kernel of a model on the processor, from ONNX Runtime's own profile. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OnnxSession } from '#antonym/runtime/onnxruntime/session.js';

export const warmUpCalls = 1;
export const measuredCalls = 3;

export interface KernelTime {
  /** Name of the first output of the node that became this kernel. */
  readonly name: string;
  readonly operator: string;
  /** In one call: a share of the mean over the measured ones. */
  readonly milliseconds: number;
}

/** @param model path or content of an ONNX file @param feeds its inputs, the same in every call */
export async function kernelTimes(
  model: string | Uint8Array,
  feeds: Parameters<OnnxSession['run']>[0],
  threads: number,
): Promise<KernelTime[]> {
  const folder = await mkdtemp(join(tmpdir(), 'antonym-profile-'));
  try {
    const session = OnnxSession.open(model, { device: 'cpu', threads, profile: join(folder, 'step') });
    const outputs = Object.fromEntries(session.signature.outputs.map(({ name }) => [name, undefined]));
    for (let call = 0; call < warmUpCalls + measuredCalls; call++) session.run(feeds, outputs);
    const file = session.endProfile();
    session.release();
    return readProfile(await readFile(file, 'utf8'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  /** Microseconds. */
  readonly ts: number;
  readonly dur: number;
  readonly args?: { readonly op_name?: string };
}

/** Kernels keep the names of nodes, with an addition where ONNX Runtime has rewritten them. */
function readProfile(text: string): KernelTime[] {
  const events = JSON.parse(text) as readonly ProfileEvent[];
  const calls = events.filter(({ name }) => name === 'model_run').sort((a, b) => a.ts - b.ts);
  const first = calls[warmUpCalls]!.ts;
  return events
    .filter(({ cat, ts, name }) => cat === 'Node' && ts >= first && name.endsWith('_kernel_time'))
    .map(({ name, dur, args }) => ({
      name: name.replace(/(\/.*|_nchwc)?_kernel_time$/, ''),
      operator: args?.op_name ?? 'unknown',
      milliseconds: dur / 1000 / measuredCalls,
    }));
}
