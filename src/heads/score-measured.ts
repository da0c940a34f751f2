/** Scores of crops that are measured already: the head's own graph of the score, in ONNX Runtime, at any scale. */
import { Graph } from '../graph/graph.js';
import { encodeOnnx } from '../graph/onnx-file.js';
import { SessionThread } from '../runtime/sessions/session-thread.js';
import { floatTensor } from '../tensors/tensor-data.js';
import type { Head } from './head.js';

export interface MeasuredScorer {
  /** @param measured [count, ...measuredShape] */
  scores(measured: Float32Array, scale: number): Promise<number[]>;
  close(): Promise<void>;
}

export async function openMeasuredScorer(head: Pick<Head, 'score' | 'measuredShape'>): Promise<MeasuredScorer> {
  const graph = new Graph();
  const measuredValue = graph.input('measured', 'float32', ['batch', ...head.measuredShape]);
  graph.output('score', head.score(graph, measuredValue, graph.input('scale', 'float32', [])));
  const size = head.measuredShape.reduce((product, length) => product * length, 1);
  const thread = new SessionThread({ threads: 1 });
  try {
    await thread.load('score', encodeOnnx(graph));
  } catch (error) {
    await thread.close();
    throw error;
  }
  return {
    async scores(measured, scale) {
      const shape = [measured.length / size, ...head.measuredShape];
      const { score } = await thread.run('score', { measured: floatTensor(shape, measured), scale: floatTensor([], [scale]) });
      return Array.from(score!.data as Float32Array);
    },
    close: () => thread.close(),
  };
}
