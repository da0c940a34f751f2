/** The package as a library: `import { loadModel } from 'antonym'` gives an exported model that scores images. The only file that exports others'. */
export type { ModelDescription } from './export/model-description.js';
export type { Degradations, Reason } from './score/degradations.js';
export { ImageError, ModelError } from './score/errors.js';
export type { ImageInput, Pixels } from './score/image-input.js';
export {
  type Assessment,
  type EachOptions,
  type LoadOptions,
  loadModel,
  type Model,
  type Rating,
  type ScoredImage,
  type ScoreOptions,
} from './score/load-model.js';
export type { ErrorCode } from './support/errors.js';
