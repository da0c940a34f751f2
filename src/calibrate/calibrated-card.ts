/** `MODEL_CARD.md` of a calibrated model: first of all, that it saw opinions. */
import { cardHead } from '../export/card-head.js';
import type { ModelDescription } from '../export/model-description.js';
import { escapeMarkdown } from '../support/escape-markdown.js';
import type { HashedFile } from '../support/files/hash-files.js';

/** Markdown. @param description of a model that has an `opinion` */
export function calibratedCard(description: ModelDescription, files: readonly HashedFile[]): string {
  const { opinion, method, backbone, data, version } = description;
  if (opinion === undefined) throw new Error('the model is not calibrated');
  const { name, images, direction, range, map, leaveOneOut } = opinion;
  const terms = [data.licence && `licence: ${data.licence}`, data.homepage, data.citation].filter(Boolean);
  return `${cardHead(`${backbone.split(':')[0]}, calibrated with ${images} opinions`)}

**This model saw opinions of people and is not label-free:** its output \`opinion\` was fitted to ${images} ratings of ${escapeMarkdown(name)}. Its output \`score\`, from 0
to 1, higher is better, is that of the model it was made from.

|          |   |
| -------- | - |
| Method   | ${escapeMarkdown(method)} |
| Backbone | ${escapeMarkdown(backbone)} |
| Data     | ${escapeMarkdown([`${data.name}, ${data.images} images`, ...terms].join('; '))} |
| Opinions | ${images} images of ${escapeMarkdown(name)}, from ${range[0]} to ${range[1]}, ${direction} |
| Map      | ${map.kind}, from score to opinion, in the order of the scores |
| Made by  | Antonym ${escapeMarkdown(version)} |

## Error

Each opinion was predicted by the map of all others: root mean square error **${leaveOneOut.rmse.toPrecision(3)}**, rank correlation (SRCC) ${leaveOneOut.srcc?.toFixed(3) ?? '-'}. Predicting the mean of
the others has the error ${leaveOneOut.rmseOfMean.toPrecision(3)}. calibration.json names the images: figures on them say nothing.

## Use

The outputs \`score\` and \`opinion\` are float32 [batch]. The opinion of an image that is scored in parts (tiles, crops) is that of the mean score of its parts,
as \`antonym score --model model.onnx PHOTO...\` and \`model.rate(image)\` give it; it is not the mean of the parts' opinions.

## Files

| File | Bytes | SHA-256 |
| ---- | ----: | ------- |
${files.map(({ name: file, bytes, sha256 }) => `| ${escapeMarkdown(file)} | ${bytes} | \`${sha256}\` |`).join('\n')}
`;
}
