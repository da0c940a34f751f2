import { afterEach, describe, expect, test } from 'vitest';
import { UserError } from '#antonym/support/errors.js';
import type { Engine } from '#antonym/train/engines/engine.js';
import { createOnnxRuntimeEngine } from '#antonym/train/engines/onnxruntime.js';
import { loadTensorFlow } from '#antonym/train/engines/tensorflow/load-tensorflow.js';
import { createTensorFlowEngine } from '#antonym/train/engines/tensorflow.js';
import { norm, numbers } from '../../backbones/golden/golden-step.js';
import { compareEngines, optionsFor, reducedFamilies, shallowModels, step } from './reduced-models.js';

const engines: Engine[] = [];

async function made(engine: Promise<Engine>): Promise<Engine> {
  engines.push(await engine);
  return engine;
}

afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});

describe('the TensorFlow.js engine, in pure JavaScript', () => {
  for (const [name, backbone] of Object.entries({ ...shallowModels, ...reducedFamilies })) {
    test(`computes what ONNX Runtime and our gradients compute: ${name}`, async () => {
      const reference = await made(createOnnxRuntimeEngine(optionsFor(backbone)));
      const engine = await made(createTensorFlowEngine(optionsFor(backbone)));
      expect(engine.notice).toMatch(/pure JavaScript.*@tensorflow\/tfjs-node/);
      await compareEngines(reference, engine, 2, 1e-4);
    });
  }

  test('resumes where ONNX Runtime stopped, with its state', async () => {
    const backbone = shallowModels['clip-vit']!;
    const reference = await made(createOnnxRuntimeEngine(optionsFor(backbone)));
    const engine = await made(createTensorFlowEngine(optionsFor(backbone, { seed: 4 })));
    await step(reference, 1);
    await engine.writeState(await reference.readState());
    const [expected, found] = [await step(reference, 2), await step(engine, 2)];
    for (const [index, loss] of expected.entries()) expect(Math.abs(found[index]! / loss - 1)).toBeLessThan(1e-4);
    const [state, copy] = [await reference.readState(), await engine.readState()];
    for (const [tensor, value] of Object.entries(state)) {
      // the keys' part of it has a gradient of zero, and AdamW makes steps of what rounding leaves
      if (tensor.endsWith('in_proj_bias')) continue;
      expect(copy[tensor]!.shape).toEqual(value.shape);
      const [expected, found] = [numbers(value), numbers(copy[tensor])];
      expect(norm(expected.map((element, index) => element - found[index]!)) / norm(expected), tensor).toBeLessThan(1e-3);
    }
  });
});

describe('loadTensorFlow', () => {
  const missing = (name: string): Error => Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' });

  test('says how to install it where there is none, and what its GPU build needs', async () => {
    const nothing = loadTensorFlow((name) => {
      throw missing(name);
    });
    await expect(nothing).rejects.toThrow(UserError);
    await expect(nothing).rejects.toThrow(/npm install .*tfjs-node-gpu.*CUDA 11\.2.*Hopper.*tfjs-node/);
  });

  test('does not pass over a package that is installed and does not work', async () => {
    const broken = loadTensorFlow((name) => {
      if (name.endsWith('gpu')) throw missing(name);
      throw missing('../lib/napi-v8/tfjs_binding.node');
    });
    await expect(broken).rejects.toThrow(/tfjs-node is installed but cannot be loaded.*npm rebuild @tensorflow\/tfjs-node/);
  });
});
