import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { largestTensor } from '#antonym/graph/peak-memory.js';
import { isOutOfMemory } from '#antonym/runtime/devices/device.js';
import { SessionThread } from '#antonym/runtime/sessions/session-thread.js';
import { UserError } from '#antonym/support/errors.js';
import { floatTensor } from '#antonym/tensors/tensor-data.js';
import { explainOutOfMemory, fittingBatch } from '#antonym/train/engines/fitting-batch.js';
import { needsSwiftShader, useSwiftShader } from '../../runtime/swiftshader.js';

describe('a batch for which a device has no memory', () => {
  test('is made of parts, the largest that run, and few of them are tried', async () => {
    const divisors = (count: number): number[] => Array.from({ length: count - 1 }, (_, index) => index + 1).filter((n) => count % n === 0);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1024 }), fc.integer({ min: 0, max: 1024 }), async (photographs, most) => {
        const tried: number[] = [];
        const fitting = await fittingBatch(photographs, async (part) => {
          tried.push(part);
          return part <= most;
        });
        const all = divisors(photographs);
        expect(fitting).toBe(all.findLast((part) => part <= most));
        expect(tried.length).toBeLessThanOrEqual(Math.ceil(Math.log2(all.length + 1)));
      }),
    );
  });

  test('is explained with the options that fit', () => {
    const lost = new Error('vkAllocateMemory failed: out of memory');
    const tried = { photographs: 12, accumulate: 2, fitting: 4, largest: 1.5 * 2 ** 30, canRecompute: true };
    expect(explainOutOfMemory(lost, tried)).toEqual(
      new UserError(
        'The device has too little memory for a batch of 12, whose largest tensor takes 1.5 GiB. A step with 4 at a time has been ' +
          'tried and fits: use --batch-size 4 --accumulate 6, as many photographs an update. Checkpoints are intact, and --resume takes both options too.',
      ),
    );
    const limited = new Error('Buffer size (1610612736) exceeds the max buffer size limit (1073741824)');
    const message = explainOutOfMemory(limited, { ...tried, fitting: undefined }).message;
    expect(message).toContain(
      'no buffers as large as the largest tensor of a batch of 12, 1.5 GiB. Not even one photograph at a time fits: use --recompute on, a smaller --crop',
    );
    const recomputing = { ...tried, fitting: undefined, canRecompute: false };
    expect(explainOutOfMemory(limited, recomputing).message).toContain('at a time fits: use a smaller --crop');
  });
});

describe.runIf(useSwiftShader())(`SwiftShader's memory ${needsSwiftShader}`, () => {
  /** SwiftShader allocates less than 1 GiB at a time. */
  const bytesPerPhotograph = 2 ** 28 + 2 ** 12;

  function expanding(photographs: number): Graph {
    const graph = new Graph();
    const values = graph.add('Expand', [graph.input('x', 'float32', [1]), graph.integers((photographs * bytesPerPhotograph) / 4)]);
    graph.output('last', graph.add('Slice', [values, graph.integers(0), graph.integers(1)]));
    return graph;
  }

  test('holds a part of a batch, which a thread of its own finds', async () => {
    expect(largestTensor(expanding(4))).toBe(4 * bytesPerPhotograph);
    const runs = async (photographs: number): Promise<boolean> => {
      const thread = new SessionThread({ threads: 1, device: 'webgpu' });
      try {
        await thread.load('batch', encodeOnnx(expanding(photographs)));
        const { last } = await thread.run('batch', { x: floatTensor([1], [1]) });
        return last!.data[0] === 1;
      } catch (error) {
        if (isOutOfMemory(error)) return false;
        throw error;
      } finally {
        await thread.close();
      }
    };
    expect(await runs(4)).toBe(false);
    expect(await fittingBatch(4, runs)).toBe(2);
  }, 120_000);
});
