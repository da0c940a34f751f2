import { expect, test } from 'vitest';
import { headKindOf, headKinds, headNames } from '#antonym/heads/table.js';

test('a model.json without a head is of prompts, one with a head of its kind, and one of a newer version of none here', () => {
  expect(headKindOf({ prompts: 'seven pairs' })).toBe(headKinds.prompts);
  for (const name of headNames) expect(headKindOf({ head: { name, description: '' } })).toBe(headKinds[name]);
  expect(headKindOf({ head: { name: 'of tomorrow', description: '' } })).toBeUndefined();
});

test('the card says how a score comes about', () => {
  expect(headKinds.prompts.card({ prompts: 'seven pairs' }, 20)).toEqual({
    title: 'Prompts',
    description: 'seven pairs',
    score: 'mean softmax of similarities to opposite prompts, scale 20',
  });
  expect(headKinds.regression.card({ head: { name: 'regression', description: 'a line' } }, 2.5)).toEqual({
    title: 'Head',
    description: 'a line',
    score: 'logistic function of the bounded regression, at 5 times its value',
  });
});
