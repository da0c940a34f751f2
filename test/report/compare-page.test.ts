import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { summarizeComparison } from '#antonym/compare/comparison.js';
import { type ComparisonResult, variantOf, verdictOf } from '#antonym/compare/comparison-result.js';
import { scorePairs } from '#antonym/compare/score-pairs.js';
import { loadImage } from '#antonym/datasets/load-image.js';
import { encodePng } from '#antonym/images/encode-png.js';
import { loadModel } from '#antonym/index.js';
import { comparePage } from '#antonym/report/compare-page.js';
import { rendered } from '../pairs/folder-of-photographs.js';
import { saveBrightnessModel } from '../score/brightness-model.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { checkPage } from './check-page.js';

const bootstrap = { resamples: 200, seed: 0, confidence: 0.95 };

async function darkened(names: readonly string[]): Promise<ComparisonResult> {
  const folder = await temporaryFolder();
  const pairs = await Promise.all(
    names.map(async (name, index) => {
      const image = await loadImage(rendered(index, 48, 32));
      const [before, after] = [join(folder, `before-${index}.png`), join(folder, `after-${index}.png`)];
      await writeFile(before, await encodePng(image));
      await writeFile(after, await encodePng({ ...image, data: image.data.map((value) => value >> 1) }));
      return { name, before, after };
    }),
  );
  const broken = join(folder, 'broken.png');
  await writeFile(broken, 'no picture');
  // brightness, 0..1: a model whose scores are known
  const model = await loadModel(await saveBrightnessModel(join(folder, 'model')));
  const scored = await scorePairs([...pairs, { name: 'broken.png', before: broken, after: pairs[0]!.after }], model);
  await model.close();
  const variant = variantOf(
    { name: 'darker', series: 'darker', failBelow: -0.01 },
    scored.compared,
    scored.unusable,
    summarizeComparison(scored.compared, bootstrap),
  );
  return {
    format: 'antonym-comparison-1',
    model: { name: 'brightness', sha256: '' },
    before: 'before',
    variants: [variant],
    onlyBefore: ['alone.png'],
    onlyAfter: [],
    bootstrap,
  };
}

test('the page says that darker pictures lost, shows them, and names what was not scored', async () => {
  const result = await darkened(['a.png', '<script>alert(1)</script>.png']);
  const [variant] = result.variants;
  expect(variant!.pairs).toHaveLength(2);
  for (const { before, after, difference } of variant!.pairs) {
    expect(after.score).toBeLessThan(before.score);
    expect(difference).toBeCloseTo(after.score - before.score, 12);
  }
  expect(variant!.unusable).toEqual([{ name: 'broken.png', reason: expect.stringContaining('broken.png') }]);
  expect(variant!.limit).toEqual({ failBelow: -0.01, failed: true });
  expect(verdictOf(variant!)).toMatch(
    /^Worse: -0\.\d{4} on average .* over 2 pictures, 100 % of them worse\. This fails the limit of -0\.0100\.$/,
  );
  const page = await comparePage(result);
  checkPage(page);
  expect(page.match(/data:image\/webp;base64,/g)).toHaveLength(4);
  for (const text of ['alone.png', 'broken.png', 'a.png', '&lt;script&gt;alert(1)']) expect(page).toContain(text);
});

test('of several variants, the four that lost most are seen at once, and up to sixteen more unfold', async () => {
  const names = Array.from({ length: 22 }, (_, index) => `picture-${index}.png`);
  const result = await darkened(names);
  const [variant] = result.variants;
  const page = await comparePage({ ...result, variants: [variant!, { ...variant!, name: 'again' }] });
  checkPage(page);
  expect(page.match(/The next 16/g)).toHaveLength(2);
  expect(page.match(/data:image\/webp;base64,/g)).toHaveLength(2 * 20 * 2);
});
