/** Proof of a backbone of another family than CLIP, at published size, against timm's or transformers' model of the same weights. */
import { join } from 'node:path';
import { findBackbone } from '#antonym/backbones/registry.js';
import { layOut } from '#antonym/backbones/weights/lay-out.js';
import { openWeights } from '#antonym/backbones/weights/open-weights.js';
import { readBackbone } from '#antonym/backbones/weights/read-backbone.js';
import { openSafetensorsSource } from '#antonym/backbones/weights/safetensors-source.js';
import type { TensorSource } from '#antonym/backbones/weights/tensor-source.js';
import { promptsName } from '#antonym/heads/prompt-head.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import type { Finding } from './proof-finding.js';
import { proveStep } from './prove-step.js';

/** @param folder what bench/python/family_proof.py wrote */
export async function proveFamily(name: string, folder: string): Promise<readonly Finding[]> {
  const backbone = findBackbone(name);
  const expected = await openSafetensorsSource(join(folder, 'expected.safetensors'));
  const weights = await openWeights(join(folder, 'weights.safetensors'));
  const thread = new SessionThread();
  try {
    const prompts = await expected.read('prompts');
    await thread.writeState({ ...(await readBackbone(weights, backbone)), [promptsName]: prompts });
    // gradients have the names and the layout of the weights
    const gradients = layOut(gradientsIn(expected), backbone.reader);
    return (await proveStep(backbone, thread, expected, (parameter) => gradients.read(parameter), prompts)).findings;
  } finally {
    await thread.close();
    await weights.close();
    await expected.close();
  }
}

function gradientsIn(source: TensorSource): TensorSource {
  const prefix = 'gradient.';
  const own = [...source.tensors].filter(([name]) => name.startsWith(prefix));
  return {
    path: source.path,
    tensors: new Map(own.map(([name, tensor]) => [name.slice(prefix.length), tensor])),
    read: (name) => source.read(prefix + name),
    close: async () => {},
  };
}
