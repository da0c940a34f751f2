import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { findBackbone } from '#antonym/backbones/registry.js';
import { openWeights } from '#antonym/backbones/weights/open-weights.js';
import { givenOrigin, hubOrigin, publishedOrigin, termsWarning } from '#antonym/train/weights-origin.js';

test('the licence of DINOv3 travels with all weights of its architecture, and says that it binds what is made of them', () => {
  const { published } = findBackbone('dinov3-s16');
  const expected = { licence: expect.stringMatching(/^DINOv3 License \(https:/), bindsDerivatives: true };
  expect(publishedOrigin(published!)).toMatchObject(expected);
  expect(hubOrigin('timm/vit_small_patch16_dinov3.lvd1689m', published)).toMatchObject(expected);
  expect(termsWarning(publishedOrigin(published!))).toBeUndefined();
});

test('weights for research alone are known by their names, with a warning', () => {
  const { published } = findBackbone('resnet50');
  const origin = hubOrigin('timm/resnet50.fb_swsl_ig1b_ft_in1k', published);
  expect(origin).toMatchObject({ licence: expect.stringMatching(/^CC-BY-NC/), bindsDerivatives: true });
  expect(termsWarning(origin)).toMatch(/^warning: .*commercial use is not allowed/);
  expect(hubOrigin('timm/resnet50.a1_in1k', published)).toEqual({ source: 'https://huggingface.co/timm/resnet50.a1_in1k' });
});

test("a file in the layout of QualiCLIP's checkpoint brings its terms, whatever prefix a trainer put before the names", async () => {
  const path = fileURLToPath(new URL('../backbones/weights/golden/clip/qualiclip.pth', import.meta.url));
  const source = await openWeights(path);
  for (const prefix of ['', 'module.', 'state_dict.model.']) {
    const tensors = new Map([...source.tensors].map(([name, tensor]) => [prefix + name, tensor]));
    const origin = await givenOrigin(path, { ...source, tensors });
    expect(origin, prefix).toMatchObject({ licence: 'CC-BY-NC-4.0 if it is that one', bindsDerivatives: true });
    expect(termsWarning(origin)).toMatch(
      /^warning: qualiclip\.pth, in the layout of QualiCLIP's checkpoint: commercial use is not allowed/,
    );
  }
  const encoderAlone = new Map([...source.tensors].filter(([name]) => name !== 'prompts_features'));
  expect(await givenOrigin(path, { ...source, tensors: encoderAlone })).not.toHaveProperty('licence');
  await source.close();
});
