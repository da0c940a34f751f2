/** Options of training that suit a family of backbones better than the defaults, which suit a small one from random weights. */

export interface PresetValue<T> {
  readonly value: T;
  readonly reason: string;
}

/** The options that a preset states, by the keys of the options of training. */
export interface PresetValues {
  readonly weights: PresetValue<string>;
  readonly batchNorm: PresetValue<'frozen' | 'train'>;
  readonly crop: PresetValue<number>;
  readonly batchSize: PresetValue<number>;
  readonly steps: PresetValue<number>;
  readonly accumulate: PresetValue<number>;
  readonly lr: PresetValue<number>;
  readonly lrHead: PresetValue<number>;
  readonly marginRank: PresetValue<number>;
  readonly sampling: PresetValue<'uniform' | 'weighted'>;
  readonly heldOut: PresetValue<number>;
}

export interface Preset {
  /** For people: `clip-rn*`. */
  readonly family: string;
  readonly values: PresetValues;
}

/** Values for any image encoder that was trained before. */
export const pretrainedValues: PresetValues = {
  weights: { value: 'published', reason: 'what makes scores of different photographs comparable; fetched once' },
  batchNorm: { value: 'frozen', reason: 'the statistics of the weights are those of millions of images' },
  crop: { value: 224, reason: 'the size that the weights were trained on' },
  batchSize: { value: 2, reason: 'the smallest in which a gradient mixes photographs: memory grows with it' },
  accumulate: { value: 2, reason: 'four photographs an update, at the memory of two' },
  steps: { value: 1500, reason: 'six thousand photographs, in three hours with clip-rn50 on two cores' },
  lr: {
    value: 1e-6,
    reason: "GRepQ fine-tunes CLIP's encoder with Adam at 1e-6 (QualiCLIP's own is not published); --sweep-lr measures on your data",
  },
  marginRank: { value: 6.75e-2, reason: "QualiCLIP's, from a grid search" },
  lrHead: { value: 100, reason: 'a head that starts at random has further to go than an encoder that was trained' },
  sampling: { value: 'uniform', reason: 'as in QualiCLIP; weights for encoders that were trained before are not measured' },
  heldOut: { value: 4, reason: 'every distortion on each, five times; 12 images would take a tenth of the time of the training' },
};

/** Values for encoders other than CLIP's: one learning rate for all, until better ones are measured. */
export const wholeEncoderValues: PresetValues = {
  ...pretrainedValues,
  lr: {
    value: 5e-6,
    reason: 'the rate at which arXiv 2509.17374 trains such encoders whole (with ratings); --sweep-lr measures on your data',
  },
};

export const transformerValues: PresetValues = {
  ...wholeEncoderValues,
  batchNorm: { value: 'frozen', reason: 'transformers have none' },
};

/** Values for encoders of which one photograph takes as much memory as several do elsewhere. */
export const largeTransformerValues: PresetValues = {
  ...transformerValues,
  batchSize: { value: 1, reason: 'many layers or many tokens: one photograph takes as much memory as several do elsewhere' },
  accumulate: { value: 4, reason: 'four photographs an update, as for the smaller ones' },
};

/** Values for an encoder in an ONNX file. */
export const onnxPreset: Preset = {
  family: '*.onnx',
  values: {
    ...pretrainedValues,
    weights: { value: 'own', reason: 'the file has them' },
    crop: { value: 224, reason: 'the size that most encoders were trained on; a file of a fixed size decides itself' },
  },
};

/** True when an option names a file rather than one of the program's own backbones. */
export function isOnnxFile(name: string): boolean {
  return name.toLowerCase().endsWith('.onnx');
}
