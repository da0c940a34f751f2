/** Which operators gain from half precision, in models that are handed over and in training alike. */

/** Nearly all of the computing and of the weights. */
export const products: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

/** Give one of the numbers that they are given. */
export const moving: ReadonlySet<string> = new Set([
  ...['Abs', 'Concat', 'Expand', 'Gather', 'Identity', 'MaxPool', 'Min', 'Neg', 'Pad', 'Relu', 'Reshape', 'Slice', 'Split', 'Squeeze'],
  ...['Transpose', 'Unsqueeze', 'Where'],
]);

/** Add two numbers, or a few, or give small ones: results stay in the range of half precision, and as exact as what they are computed from. */
export const elementary: ReadonlySet<string> = new Set([
  ...['Add', 'AveragePool', 'Clip', 'Erf', 'HardSigmoid', 'Mul', 'Sigmoid', 'Sub', 'Tanh'],
  ...moving,
]);
