/** Values for families of backbones that suit them better than the defaults, which suit clip-tiny; each with its reason. */

export interface PresetValue<T> {
  readonly value: T;
  readonly reason: string;
}

/** What presets may say, by the keys of the options of training. */
export interface PresetValues {
  readonly weights: PresetValue<string>;
  readonly batchNorm: PresetValue<'frozen' | 'train'>;
  readonly crop: PresetValue<number>;
  readonly batchSize: PresetValue<number>;
  readonly accumulate: PresetValue<number>;
  readonly lr: PresetValue<number>;
  readonly heldOut: PresetValue<number>;
}

export interface Preset {
  /** For people: `clip-rn*`. */
  readonly family: string;
  readonly backbones: RegExp;
  readonly values: PresetValues;
}

/** Of any image encoder that was trained before. */
const pretrained: PresetValues = {
  weights: { value: 'published', reason: 'what makes scores of different photographs comparable; fetched once' },
  batchNorm: { value: 'frozen', reason: 'the statistics of the weights are those of millions of images' },
  crop: { value: 224, reason: 'the size that the weights were trained on' },
  batchSize: { value: 2, reason: 'the smallest in which a gradient mixes photographs: memory grows with it' },
  accumulate: { value: 2, reason: 'four photographs an update, at the memory of two' },
  lr: {
    value: 1e-6,
    reason: "GRepQ fine-tunes CLIP's encoder with Adam at 1e-6 (QualiCLIP's own is not published); --sweep-lr measures on your data",
  },
  heldOut: { value: 4, reason: 'every distortion on each, five times; 12 images would take a tenth of the time of the training' },
};

/** Of an encoder in an ONNX file. */
const ofFile: PresetValues = {
  ...pretrained,
  weights: { value: 'own', reason: 'the file has them' },
  crop: { value: 224, reason: 'the size that most encoders were trained on; a file of a fixed size decides itself' },
};

/** The first that fits counts. */
const presets: readonly Preset[] = [
  { family: '*.onnx', backbones: /\.onnx$/i, values: ofFile },
  { family: 'clip-rn*', backbones: /^clip-rn/, values: pretrained },
  {
    family: 'clip-vit-l-*',
    backbones: /^clip-vit-l/,
    values: {
      ...pretrained,
      batchSize: { value: 1, reason: '24 layers of 257 tokens: one photograph takes as much memory as several do elsewhere' },
      accumulate: { value: 4, reason: 'four photographs an update, as for the smaller ones' },
    },
  },
  {
    family: 'clip-vit-b-*',
    backbones: /^clip-vit/,
    values: {
      ...pretrained,
      batchNorm: { value: 'frozen', reason: 'transformers have none' },
    },
  },
];

/** @returns undefined for clip-tiny, which the defaults suit. */
export function presetOf(backbone: string): Preset | undefined {
  return presets.find(({ backbones }) => backbones.test(backbone));
}

/** How an option takes its value from presets, and says so: `64, for clip-rn* 224`. */
export function fromPresets<Key extends keyof PresetValues>(
  key: Key,
): { readonly text: string; of(inputs: { readonly backbone: string }): PresetValues[Key]['value'] | undefined } {
  const families = new Map<unknown, string[]>();
  for (const { family, values } of presets) families.set(values[key].value, [...(families.get(values[key].value) ?? []), family]);
  return {
    text: [...families].map(([value, own]) => `for ${own.join(', ')} ${value}`).join(', '),
    of: ({ backbone }) => presetOf(backbone)?.values[key].value,
  };
}
