/**
 * The layouts that ResNets are published in. Our parameters have torchvision's names behind `visual.`; timm uses the same, Hugging Face's
 * transformers has names of its own. Classifiers are left out.
 */
import type { WeightsReader } from '../weights/weights-layout.js';

export const resNetReader: WeightsReader = {
  family: 'ResNet',
  layouts: [
    {
      savedBy: 'as torchvision and timm name it',
      landmark: 'layer4.2.conv3.weight',
      ignored: /^fc\.|\.num_batches_tracked$/,
      renames: [[/^/, 'visual.']],
    },
    {
      savedBy: 'Hugging Face',
      landmark: 'encoder.stages.3.layers.2.layer.2.convolution.weight',
      ignored: /^classifier\.|\.num_batches_tracked$/,
      renames: [
        [/^embedder\.embedder\.convolution\./, 'visual.conv1.'],
        [/^embedder\.embedder\.normalization\./, 'visual.bn1.'],
        // their stages and convolutions count from 0
        ...[0, 1, 2, 3].map((stage) => [new RegExp(`^encoder\\.stages\\.${stage}\\.layers\\.`), `visual.layer${stage + 1}.`] as const),
        ...[0, 1, 2].flatMap((index) => [
          [new RegExp(`\\.layer\\.${index}\\.convolution\\.`), `.conv${index + 1}.`] as const,
          [new RegExp(`\\.layer\\.${index}\\.normalization\\.`), `.bn${index + 1}.`] as const,
        ]),
        [/\.shortcut\.convolution\./, '.downsample.0.'],
        [/\.shortcut\.normalization\./, '.downsample.1.'],
      ],
    },
  ],
};
