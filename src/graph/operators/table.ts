/** The table of operators: everything a graph can be made of. Adding an operator is adding its file and its line here. */
import type { Operator } from '../operator.js';
import { abs } from './abs.js';
import { add } from './add.js';
import { and } from './and.js';
import { averagePool } from './average-pool.js';
import { batchNormalization } from './batch-normalization.js';
import { cast } from './cast.js';
import { clip } from './clip.js';
import { concat } from './concat.js';
import { conv } from './conv.js';
import { convInputGradient } from './conv-input-gradient.js';
import { convTranspose } from './conv-transpose.js';
import { convWeightGradient } from './conv-weight-gradient.js';
import { cos } from './cos.js';
import { div } from './div.js';
import { equal } from './equal.js';
import { erf } from './erf.js';
import { exp } from './exp.js';
import { expand } from './expand.js';
import { gather } from './gather.js';
import { gemm } from './gemm.js';
import { greater } from './greater.js';
import { hardSigmoid } from './hard-sigmoid.js';
import { identity } from './identity.js';
import { isNan } from './is-nan.js';
import { layerNormalization } from './layer-normalization.js';
import { log } from './log.js';
import { matMul } from './mat-mul.js';
import { max } from './max.js';
import { maxPool } from './max-pool.js';
import { meanProduct } from './mean-product.js';
import { min } from './min.js';
import { mod } from './mod.js';
import { mul } from './mul.js';
import { neg } from './neg.js';
import { not } from './not.js';
import { pad } from './pad.js';
import { range } from './range.js';
import { reduceMax } from './reduce-max.js';
import { reduceMean } from './reduce-mean.js';
import { reduceSum } from './reduce-sum.js';
import { reduceSumSquare } from './reduce-sum-square.js';
import { relu } from './relu.js';
import { reshape } from './reshape.js';
import { resize } from './resize.js';
import { scatterND } from './scatter-nd.js';
import { shape } from './shape.js';
import { sigmoid } from './sigmoid.js';
import { sign } from './sign.js';
import { sin } from './sin.js';
import { slice } from './slice.js';
import { softmax } from './softmax.js';
import { split } from './split.js';
import { sqrt } from './sqrt.js';
import { squeeze } from './squeeze.js';
import { sub } from './sub.js';
import { tanh } from './tanh.js';
import { transpose } from './transpose.js';
import { unsqueeze } from './unsqueeze.js';
import { where } from './where.js';

const table = {
  Abs: abs,
  Add: add,
  And: and,
  AveragePool: averagePool,
  BatchNormalization: batchNormalization,
  Cast: cast,
  Clip: clip,
  Concat: concat,
  Conv: conv,
  ConvInputGradient: convInputGradient,
  ConvTranspose: convTranspose,
  ConvWeightGradient: convWeightGradient,
  Cos: cos,
  Div: div,
  Equal: equal,
  Erf: erf,
  Exp: exp,
  Expand: expand,
  Gather: gather,
  Gemm: gemm,
  Greater: greater,
  HardSigmoid: hardSigmoid,
  Identity: identity,
  IsNaN: isNan,
  LayerNormalization: layerNormalization,
  Log: log,
  MatMul: matMul,
  MaxPool: maxPool,
  MeanProduct: meanProduct,
  Max: max,
  Min: min,
  Mod: mod,
  Mul: mul,
  Neg: neg,
  Not: not,
  Pad: pad,
  Range: range,
  ReduceMax: reduceMax,
  ReduceMean: reduceMean,
  ReduceSum: reduceSum,
  ReduceSumSquare: reduceSumSquare,
  Relu: relu,
  Reshape: reshape,
  Resize: resize,
  ScatterND: scatterND,
  Shape: shape,
  Sigmoid: sigmoid,
  Sign: sign,
  Sin: sin,
  Slice: slice,
  Softmax: softmax,
  Split: split,
  Sqrt: sqrt,
  Squeeze: squeeze,
  Sub: sub,
  Tanh: tanh,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
  Where: where,
} satisfies Record<string, Operator>;

export type OperatorName = keyof typeof table;
export const operators: Readonly<Record<OperatorName, Operator>> = table;
