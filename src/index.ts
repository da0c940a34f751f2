/** The package as a library: `import { loadModel } from 'antonym'` gives an exported model that scores images. The only file that exports others'. */
export type { ModelDescription } from './export/model-description.js';
export type { Degradations, Reason } from './score/degradations.js';
export { ImageError, ModelError } from './score/errors.js';
export type { ImageInput, Pixels } from './score/image-input.js';
export { loadModel } from './score/load-model.js';
export type { Assessment, EachOptions, LoadOptions, MapOptions, Model, Rating, ScoredImage, ScoreOptions } from './score/model.js';
export type { MapGrid, QualityMap } from './score/quality-map.js';
export type { ErrorCode } from './support/errors.js';
