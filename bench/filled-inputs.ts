/** Inputs of a graph whose time is measured, whatever the numbers are. */
import type { Graph } from '#antonym/graph/graph.js';
import { fixedShape } from '#antonym/graph/value.js';
import { emptyTensor } from '#antonym/runtime/state/processor-state.js';
import type { DataType, TensorData } from '#antonym/tensors/tensor-data.js';

/** @param numberOf gives each element of an input of numbers */
export function filledInputs(graph: Graph, numberOf: (dataType: DataType, name: string) => number): Record<string, TensorData> {
  return Object.fromEntries(
    [...graph.inputs].map(([name, { dataType, shape }]) => {
      const tensor = emptyTensor(dataType, fixedShape(shape, 'a benchmark'));
      const data = tensor.data as Float32Array;
      for (let index = 0; index < data.length; index++) data[index] = numberOf(dataType, name);
      return [name, tensor];
    }),
  );
}
