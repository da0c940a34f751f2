import { expect, test } from 'vitest';
import { scoreOutputs } from '#antonym/commands/score/score-output.js';

test('the table holds more scores than a call takes arguments', () => {
  const table = scoreOutputs.table({ map: false, groups: false, isTerminal: false });
  const count = 200_000;
  for (let index = 0; index < count; index++) table.scored({ image: `${index}.png`, score: 0.5 } as Parameters<typeof table.scored>[0]);
  const lines = table.end().split('\n');
  expect(lines).toHaveLength(count + 1);
  expect(lines[0]).toContain('0.5000');
});
