import { describe, expect, test } from 'vitest';
import { notDifferentiable, stopsGradient } from '#antonym/graph/operator.js';
import { operators } from '#antonym/graph/operators/table.js';
import { gradientCases } from './gradient-cases.js';
import { checkGradients } from './gradient-check.js';

describe('gradient rules against numeric differentiation', () => {
  for (const [operator, variants] of Object.entries(gradientCases)) {
    for (const [variant, check] of Object.entries(variants)) {
      test(`${operator}: ${variant}`, () => checkGradients(`${operator}: ${variant}`, check));
    }
  }

  test('has a check for every operator with a gradient rule', () => {
    const withRules = Object.entries(operators)
      .filter(([, { inputs }]) => inputs.some(({ gradient }) => gradient !== stopsGradient && gradient !== notDifferentiable))
      .map(([name]) => name);
    expect(Object.keys(gradientCases).sort()).toEqual(withRules.sort());
  });
});
