/** Words for what is wrong with an image. */
import { expect, test } from 'vitest';
import { degradationsByGroup, describeLimits, describeReasons, reasonsOf } from '#antonym/score/degradations.js';

const described = { groups: ['blur', 'noise', 'compression', 'spatial', 'sharpness-contrast'], thresholds: [0.2, 0.2, 0.1, 0.3, 0.3] };

const wordsOf = (values: readonly number[]): string => describeReasons(reasonsOf(degradationsByGroup(values, described), described));

test.each([
  [[0, 0.71, 0.3, 0.29, 0], 'mostly noise (.7), some compression (.3)'],
  [[0.52, 0.6, 0, 0, 0], 'mostly noise (.6), much blur (.5)'],
  [[0, 0, 0.1, 0, 0.3], 'some sharpness or contrast (.3), some compression (.1)'],
  [[0, 0, 0, 0.97, 0], 'mostly spatial defects (1.0)'],
  [[0.19, 0.19, 0.09, 0.29, 0.29], 'nothing stands out'],
])('%j: %s', (values, words) => expect(wordsOf(values)).toBe(words));

test.each([
  [['color', 'spatial'], undefined],
  [['blur'], 'The pixels do not tell defocus from motion.'],
  [['noise', 'blur'], 'The pixels do not tell defocus from motion, or the grain of a film from the noise of a sensor.'],
])('%j: what cannot be told is said', (groups, sentence) => expect(describeLimits(new Set(groups))).toBe(sentence));
