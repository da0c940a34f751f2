import { expect, test } from 'vitest';
import { Graph } from '#antonym/graph/graph.js';
import { interpolationMatrix } from '#antonym/graph/interpolation.js';
import { floatTensor } from '#antonym/tensors/tensor-data.js';
import { compile } from './run-graph.js';

/** torch.nn.functional.interpolate(torch.tensor(row).view(1, 1, 1, 4), size=(1, n), mode='bicubic', align_corners=False), PyTorch 1.13. */
const row = [1, -2, 4, 0.5];
const resized = [
  [
    1.29764986038208, -0.3912186026573181, -2.105503797531128, 1.0468757152557373, 4.076894760131836, 2.0615878105163574,
    0.1527423858642578,
  ],
  [0.46527767181396484, 1.0468757152557373, 1.1064798831939697],
];

for (const expected of resized) {
  test(`gives PyTorch's ${expected.length} samples of ${row.length}, as a matrix and in ONNX Runtime`, async () => {
    const matrix = interpolationMatrix(row.length, expected.length);
    const product = expected.map((_, to) => row.reduce((sum, value, from) => sum + value * matrix[to * row.length + from]!, 0));
    const graph = new Graph();
    const x = graph.input('x', 'float32', [1, 1, 1, row.length]);
    graph.output('y', graph.add('Resize', [x, null, null, graph.integers(1, 1, 1, expected.length)], { mode: 'cubic' }));
    const { y } = await (await compile(graph))({ x: floatTensor([1, 1, 1, row.length], row) });
    expected.forEach((value, index) => {
      expect(product[index]).toBeCloseTo(value, 5);
      expect(Number(y!.data[index])).toBeCloseTo(value, 5);
    });
  });
}
