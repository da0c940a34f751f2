import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { defaultLossScale, isLossScale, LossScale } from '#antonym/train/loss-scale.js';

const text = await readFile(new URL('golden/loss-scale.txt', import.meta.url), 'utf8');
const [[initial, growthInterval], ...lines] = text
  .trimEnd()
  .split('\n')
  .map((line) => line.split(' ').map(Number)) as [[number, number], ...[number, number][]];
const options = { initial, growthInterval };
const overflows = lines.map(([overflow]) => overflow);
const scales = lines.map(([, scale]) => scale);

describe('the loss scale', () => {
  test("follows PyTorch's GradScaler", () => {
    const loss = new LossScale(options);
    const found = overflows.map((overflow) => {
      expect(loss.update(overflow === 0)).toBe(true);
      return loss.scale;
    });
    expect(found).toEqual(scales);
    expect(loss.skipped).toBe(overflows.filter((overflow) => overflow === 1).length);
  });

  test('resumes from its state as if nothing had happened, wherever that was saved', () => {
    for (let saved = 0; saved < overflows.length; saved++) {
      const [before, after] = [new LossScale(options), new LossScale(options)];
      for (const overflow of overflows.slice(0, saved)) before.update(overflow === 0);
      const state = before.readState();
      expect(Object.keys(state).every(isLossScale)).toBe(true);
      expect(after.writeState({ ...state, weight: state['loss_scale.value']! })).toEqual({ weight: state['loss_scale.value'] });
      for (const [index, overflow] of overflows.entries()) {
        if (index < saved) continue;
        after.update(overflow === 0);
        expect(after.scale).toBe(scales[index]);
      }
      expect(after.skipped).toBe(overflows.filter((overflow) => overflow === 1).length);
    }
  });

  test('gives up where no scale helps', () => {
    const loss = new LossScale();
    let tried = 1;
    while (loss.update(false)) tried++;
    // from 2^16 down to 2^-13 are 29 halvings; the next is too many
    expect(tried).toBe(30);
    expect(defaultLossScale).toEqual({ initial: 65536, growthInterval: 2000 });
  });
});
