/** Training with WebGPU beside training on the processor: the whole step, on small instances of every kind of model. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Engine } from '#antonym/train/engines/engine.js';
import { createOnnxRuntimeEngine } from '#antonym/train/engines/onnxruntime.js';
import { needsSwiftShader, useSwiftShader } from '../../runtime/swiftshader.js';
import { batch, compareEngines, crops, optionsFor, reducedFamilies, reducedModels } from './reduced-models.js';

const steps = { launched: 10, replayed: 3, once: 1 } as const;
/** Milliseconds: a model takes 20 seconds where the processor, which computes in place of a GPU, has nothing else to do. */
const timeout = 900_000;

describe.runIf(useSwiftShader())(`training with WebGPU ${needsSwiftShader}`, () => {
  const engines: Engine[] = [];

  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.close();
  }, timeout);

  async function made(making: Promise<Engine>): Promise<Engine> {
    const engine = await making;
    engines.push(engine);
    return engine;
  }

  const cases = [
    ...Object.entries(reducedModels).flatMap(([name, backbone]) =>
      (['launched', 'replayed'] as const).map((kind) => ({ name, backbone, kind })),
    ),
    ...Object.entries(reducedFamilies).map(([name, backbone]) => ({ name, backbone, kind: 'once' as const })),
  ];

  test.each(cases)(
    'the steps of $name, $kind, follow those of the processor',
    async ({ backbone, kind }) => {
      const reference = await made(createOnnxRuntimeEngine(optionsFor(backbone)));
      const other = await made(createOnnxRuntimeEngine(optionsFor(backbone, { device: 'webgpu', graphCapture: kind === 'replayed' })));
      expect(other.notice).toBeUndefined();
      const pixels = batch('measured');
      const [expected, found] = [await reference.measure(pixels, crops), await other.measure(pixels, crops)];
      for (const [index, similarity] of expected.entries()) expect(Math.abs(found[index]! - similarity)).toBeLessThan(1e-4);
      await compareEngines(reference, other, steps[kind], 1e-3);
    },
    timeout,
  );
});
