/** The image encoder of the model that ships, as an ONNX file of its own: a small trained encoder without text, for comparisons of heads. */

import { shippedModel } from '#antonym/export/shipped-model.js';
import { Graph } from '#antonym/graph/graph.js';
import { encodeOnnx } from '#antonym/graph/onnx-file.js';
import { addModel } from '#antonym/graph/reading/add-model.js';
import { readOnnxModel } from '#antonym/graph/reading/onnx-model.js';
import { UserError } from '#antonym/support/errors.js';
import { writeFileAtomically } from '#antonym/support/files/atomic-file.js';

/** The places where the graph of the shipped model is cut: the first convolution, and the product of the regression. */
const [firstWeight, lastWeight] = ['visual.mobilenet.Conv1.weight', 'regression.weight'];

/** Writes the file: `pixels` float32 [batch, 3, height, width], 0..1, in, `embedding` [batch, D] out. */
export async function benchShippedEncoder({ out }: { readonly out: string }): Promise<void> {
  const shipped = await shippedModel();
  if (shipped === undefined) throw new UserError('There is no model in models/: make it with npm run model.');
  const model = await readOnnxModel(shipped.path);
  const inputOf = (weight: string): string => model.nodes.find(({ inputs }) => inputs[1] === weight)!.inputs[0]!;
  const [pixelsName, embeddingName] = [inputOf(firstWeight), inputOf(lastWeight)];
  const first = model.nodes.findIndex(({ outputs }) => outputs.includes(pixelsName));
  const graph = new Graph();
  const pixels = graph.input('pixels', 'float32', ['batch', 3, 'height', 'width']);
  const [embedding] = addModel(graph, { ...model, nodes: model.nodes.slice(first + 1) }, [embeddingName], {
    inputs: new Map([[pixelsName, pixels]]),
    bind: (name, tensor) => graph.constant(tensor, name.startsWith('visual.') ? name.slice('visual.'.length) : undefined),
  });
  graph.output('embedding', embedding!);
  await writeFileAtomically(out, encodeOnnx(graph));
  process.stdout.write(`${out}: its pixels go from 0 to 1, hence --backbone ${out} --mean 0,0,0 --std 1,1,1\n`);
}
