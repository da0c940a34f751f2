import { expect, test } from 'vitest';
import { type Evaluation, parseEvaluation } from '#antonym/evaluate/evaluation.js';
import { parseSensitivity, type Sensitivity } from '#antonym/evaluate/sensitivity.js';

const evaluation: Evaluation = {
  format: 'antonym-evaluation-1',
  opinion: { name: 'mine', direction: 'higher is better', images: 3, missing: [], withoutOpinion: [], unusable: [] },
  bootstrap: { resamples: 100, seed: 1, confidence: 0.95 },
  measures: [],
  comparisons: [],
  files: { scores: 'scores.csv' },
  version: '0.1.0',
};
const sensitivity: Sensitivity = {
  format: 'antonym-sensitivity-1',
  data: { name: 'procedural', images: 12 },
  levels: 5,
  crop: 96,
  seed: 1,
  measures: [],
  files: { chartSvg: 'sensitivity.svg', chartPng: 'sensitivity.png' },
  version: '0.1.0',
};

test('results are read back as they were written', () => {
  expect(parseEvaluation(JSON.stringify(evaluation), 'e.json')).toEqual(evaluation);
  expect(parseSensitivity(JSON.stringify(sensitivity), 's.json')).toEqual(sensitivity);
});

test('what is no result of this version is one line', () => {
  expect(() => parseEvaluation('{', 'e.json')).toThrow('e.json is not JSON. Evaluate the model again.');
  expect(() => parseEvaluation(JSON.stringify(sensitivity), 'e.json')).toThrow(/^e\.json is not a result of this version: format: [^\n]+$/);
  expect(() => parseSensitivity(JSON.stringify({ ...sensitivity, crop: 'x' }), 's.json')).toThrow(
    /^s\.json is not a result of this version: crop: [^\n]+$/,
  );
});
