/** Training with WebGPU beside training on the processor: the whole step, on small instances of every kind of model. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Engine } from '#antonym/train/engines/engine.js';
import { createOnnxRuntimeEngine } from '#antonym/train/engines/onnxruntime.js';
import { needsSwiftShader, useSwiftShader } from '../../runtime/swiftshader.js';
import { batch, compareEngines, crops, optionsFor, reducedModels } from './reduced-models.js';

const steps = 10;
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

  const cases = Object.entries(reducedModels).flatMap(([name, backbone]) =>
    [false, true].map((graphCapture) => ({ name, backbone, graphCapture, kind: graphCapture ? 'replayed' : 'launched' })),
  );

  it.each(cases)(
    `$name: ${steps} steps, $kind, follow those of the processor`,
    async ({ backbone, graphCapture }) => {
      const reference = await made(createOnnxRuntimeEngine(optionsFor(backbone)));
      const other = await made(createOnnxRuntimeEngine(optionsFor(backbone, { device: 'webgpu', graphCapture })));
      expect(other.notice).toBeUndefined();
      const pixels = batch('measured');
      const [expected, found] = [await reference.similarity(pixels, crops), await other.similarity(pixels, crops)];
      for (const [index, similarity] of expected.entries()) expect(Math.abs(found[index]! - similarity)).toBeLessThan(1e-4);
      await compareEngines(reference, other, steps, 1e-3);
    },
    timeout,
  );
});
