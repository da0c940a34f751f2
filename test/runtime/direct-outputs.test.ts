import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { hasDirectOutputs, runInto, withDirectOutputs } from '#antonym/runtime/direct-outputs.js';

/** The mean of each row, and each row less its mean. */
function centred(): Uint8Array {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [2, 3]);
  const mean = graph.add('ReduceMean', [x, graph.integers(1)]);
  graph.output('mean', mean);
  graph.output('rest', graph.add('Sub', [x, mean]));
  return encodeOnnx(graph);
}

const emptyOf = (shape: number[]): Tensor => new Tensor('float32', new Float32Array(shape.reduce((a, b) => a * b)), shape);

describe('runInto', () => {
  it('has outputs written into the tensors that it is given, and into no others', async () => {
    const session = await InferenceSession.create(withDirectOutputs(centred()));
    expect(hasDirectOutputs(session)).toBe(true);
    const [mean, rest] = [emptyOf([2, 1]), emptyOf([2, 3])];
    const feeds = { x: new Tensor('float32', Float32Array.of(1, 2, 3, -1, 0, 4), [2, 3]) };
    await runInto(session, feeds, { rest });
    expect([...(rest.data as Float32Array)]).toEqual([-1, 0, 1, -2, -1, 3]);
    expect([...(mean.data as Float32Array)]).toEqual([0, 0]);
    await runInto(session, feeds, { mean, rest });
    expect([...(mean.data as Float32Array)]).toEqual([2, 1]);
    await session.release();
  });

  it('says what fails', async () => {
    const session = await InferenceSession.create(withDirectOutputs(centred()));
    const feeds = { x: emptyOf([2, 3]) };
    await expect(runInto(session, { x: emptyOf([3, 3]) }, { mean: emptyOf([2, 1]) })).rejects.toThrow(/dimension/i);
    await expect(runInto(session, feeds, { mean: emptyOf([3, 1]) })).rejects.toThrow(/dimensions for output: mean/);
    await session.release();
  });

  it('is for models that were made for it', async () => {
    const session = await InferenceSession.create(centred());
    expect(hasDirectOutputs(session)).toBe(false);
    await session.release();
  });
});
