/** Training with WebGPU beside training on the processor: the whole step, on small instances of every kind of model. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Backbone } from '#antonym/backbones/backbone.js';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { floatTensor } from '#antonym/tensors/tensor-data.js';
import type { Engine } from '#antonym/train/engines/engine.js';
import { createOnnxRuntimeEngine } from '#antonym/train/engines/onnxruntime.js';
import { needsSwiftShader, useSwiftShader } from '../../runtime/swiftshader.js';
import { batch, compareEngines, crops, optionsFor, shallowFamilies, shallowModels } from './reduced-models.js';

/** The first is of two batches, the second of which a replaying engine replays. */
const steps = { launched: 2, replayed: 2, once: 1 } as const;
/** Milliseconds: a model takes 20 seconds where the processor, which computes in place of a GPU, has nothing else to do. */
const timeout = 900_000;

describe.runIf(useSwiftShader())(`training with WebGPU ${needsSwiftShader}`, () => {
  const engines: Engine[] = [];
  // ONNX Runtime's compiled kernels live as long as any session of the process: this one keeps them from one engine to the next
  let open: SessionThread;

  beforeAll(async () => {
    const graph = new Graph();
    graph.output('sum', graph.add('Add', [graph.input('x', 'float32', [1]), graph.input('y', 'float32', [1])]));
    open = new SessionThread({ device: 'webgpu', threads: 1 });
    await open.load('sum', encodeOnnx(graph));
    const one = floatTensor([1], [1]);
    expect((await open.run('sum', { x: one, y: one })).sum!.data[0]).toBe(2);
  });
  afterAll(() => open.close());

  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.close();
  }, timeout);

  async function made(making: Promise<Engine>): Promise<Engine> {
    const engine = await making;
    engines.push(engine);
    return engine;
  }

  const models: Readonly<Record<string, Backbone>> = { ...shallowModels, ...shallowFamilies };
  const cases = [
    // compiling the kernels takes most of the time: of the two large ones, one is launched and the other replayed
    { name: 'clip-rn50, frozen statistics', kind: 'launched' as const },
    { name: 'clip-tiny, statistics of the batch', kind: 'replayed' as const },
    { name: 'clip-vit', kind: 'launched' as const },
    { name: 'clip-vit', kind: 'replayed' as const },
    ...Object.keys(shallowFamilies).map((name) => ({ name, kind: 'once' as const })),
  ];

  test.each(cases)(
    'the steps of $name, $kind, follow those of the processor',
    async ({ name, kind }) => {
      const backbone = models[name]!;
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
