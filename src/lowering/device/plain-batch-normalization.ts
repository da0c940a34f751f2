/** Rewrites a finished graph for devices: ONNX Runtime has no kernel for WebGPU that normalizes with the statistics of the batch. */
import type { Graph } from '../../graph/graph.js';
import type { Node } from '../../graph/operator.js';
import type { Value } from '../../graph/value.js';
import { rewriteNodes } from '../rewrite-nodes.js';

const pixels = [0, 2, 3] as const;

/** An equal graph, up to rounding, in which batch normalization in training mode is made of simpler nodes, which its gradient has too. */
export function plainBatchNormalization(source: Graph): Graph {
  return rewriteNodes(source, (target, { operator, inputs, attributes }, copyOf) =>
    operator === 'BatchNormalization' && attributes.training_mode === 1
      ? normalize(
          target,
          inputs.map((input) => copyOf(input!)),
          attributes,
        )
      : undefined,
  );
}

/**
 * y = scale (x - mean) / sqrt(variance + epsilon) + bias with the statistics of the batch, and the running ones, updated:
 * running' = momentum running + (1 - momentum) batch.
 */
function normalize(graph: Graph, inputs: readonly Value[], { epsilon = 1e-5, momentum = 0.9 }: Node['attributes']): Value[] {
  const [x, scale, bias, runningMean, runningVariance] = inputs as [Value, Value, Value, Value, Value];
  const channels = x.shape[1] as number;
  const perChannel = (vector: Value): Value => graph.add('Reshape', [vector, graph.integers(1, channels, 1, 1)]);
  const mean = graph.add('ReduceMean', [x, graph.integers(...pixels)], { keepdims: 0 });
  const centered = graph.add('Sub', [x, perChannel(mean)]);
  const variance = graph.add('ReduceMean', [graph.add('Mul', [centered, centered]), graph.integers(...pixels)], { keepdims: 0 });
  const deviation = graph.add('Sqrt', [graph.add('Add', [perChannel(variance), epsilon as number])]);
  const inverse = graph.add('Div', [graph.numbers(x.dataType, 1), deviation]);
  const y = graph.add('Add', [graph.add('Mul', [centered, graph.add('Mul', [perChannel(scale), inverse])]), perChannel(bias)]);
  const moved = (running: Value, batch: Value): Value =>
    momentum === 0
      ? batch
      : graph.add('Add', [graph.add('Mul', [running, momentum as number]), graph.add('Mul', [batch, 1 - (momentum as number)])]);
  return [y, moved(runningMean, mean), moved(runningVariance, variance)];
}
