import { expect, test } from 'vitest';
import { suggestName, suggestNear } from '#antonym/support/nearest-name.js';

const backbones = [
  'clip-rn50',
  'clip-rn101',
  'resnet50',
  'dinov2-b14',
  'dinov3-b16',
  'siglip2-b16-224',
  'siglip2-b16-256',
  'siglip2-l16-256',
];

test.each([
  ['resnet51', '"resnet50"'],
  ['resnet', '"resnet50"'],
  ['Clip-RN-50', '"clip-rn50"'],
  // the beginning of several
  ['siglip2-b16', '"siglip2-b16-224" or "siglip2-b16-256"'],
  ['siglip-b16', '"siglip2-b16-224" or "siglip2-b16-256"'],
  ['siglip2', '"siglip2-b16-224", "siglip2-b16-256" or "siglip2-l16-256"'],
  // as far from the one as from the other
  ['dinov3-b14', '"dinov2-b14" or "dinov3-b16"'],
])('%s is close to %s', (name, suggested) => {
  expect(suggestName(name, backbones)).toBe(` Did you mean ${suggested}?`);
});

test.each(['vgg16', 'xy', '', '-x'])('nothing is close to "%s": all names are told', (name) => {
  expect(suggestName(name, backbones)).toBe(` Known: ${backbones.join(', ')}.`);
  expect(suggestNear(name, backbones)).toBe('');
});

test('of two that are as close, that with the same first letter is meant', () => {
  expect(suggestName('cilve', ['live', 'clive'])).toBe(' Did you mean "clive"?');
});

test('dashes before a flag are not part of its name', () => {
  expect(suggestName('--x', ['--lr', '--ema'])).toBe(' Known: --lr, --ema.');
  expect(suggestName('--level', ['--levels', '--ema'])).toBe(' Did you mean "--levels"?');
});

test('the beginning of too many names is no suggestion', () => {
  const many = Array.from({ length: 9 }, (_, index) => `model-${index}`);
  expect(suggestNear('model', many)).toBe('');
  expect(suggestNear('model', many.slice(1))).toMatch(/^ Did you mean "model-1", .* or "model-8"\?$/);
});

test('nothing is known', () => {
  expect(suggestName('a', [])).toBe('');
});
