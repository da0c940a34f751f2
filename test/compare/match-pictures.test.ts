import { expect, test } from 'vitest';
import { matchPictures } from '#antonym/compare/match-pictures.js';

const files = (folder: string, ...ids: string[]) => ids.map((id) => ({ kind: 'file' as const, id, path: `${folder}/${id}` }));

test('pictures match by relative path, else without the extension', () => {
  const { pairs, onlyBefore, onlyAfter } = matchPictures(
    files('a', 'x/one.png', 'x/two.png', 'two.png', 'gone.png'),
    files('b', 'x/one.png', 'x/two.avif', 'two.jpg', 'new.png'),
  );
  expect(pairs).toEqual([
    { name: 'two.png', before: 'a/two.png', after: 'b/two.jpg' },
    { name: 'x/one.png', before: 'a/x/one.png', after: 'b/x/one.png' },
    { name: 'x/two.png', before: 'a/x/two.png', after: 'b/x/two.avif' },
  ]);
  expect(onlyBefore).toEqual(['gone.png']);
  expect(onlyAfter).toEqual(['new.png']);
});

test('a name that fits several files is never guessed, one that fits exactly is taken', () => {
  const { pairs, onlyBefore, onlyAfter } = matchPictures(
    files('a', 'one.png', 'two.png', 'two.webp'),
    files('b', 'one.jpg', 'one.png', 'two.avif'),
  );
  expect(pairs).toEqual([{ name: 'one.png', before: 'a/one.png', after: 'b/one.png' }]);
  expect(onlyBefore).toEqual(['two.png', 'two.webp']);
  expect(onlyAfter).toEqual(['one.jpg', 'two.avif']);
});

test('composed and decomposed names are the same', () => {
  expect(matchPictures(files('a', 'café.png'.normalize('NFD')), files('b', 'café.png'.normalize('NFC'))).pairs).toHaveLength(1);
});

test('upper and lower case are the same where no name fits exactly, and only one file could be meant', () => {
  const { pairs, onlyBefore, onlyAfter } = matchPictures(
    files('a', 'IMG_1.JPG', 'IMG_2.JPG', 'a.png', 'c.png', 'C.png'),
    files('b', 'img_1.jpg', 'img_2.avif', 'a.png', 'A.png', 'c.PNG'),
  );
  expect(pairs).toEqual([
    { name: 'IMG_1.JPG', before: 'a/IMG_1.JPG', after: 'b/img_1.jpg' },
    { name: 'IMG_2.JPG', before: 'a/IMG_2.JPG', after: 'b/img_2.avif' },
    { name: 'a.png', before: 'a/a.png', after: 'b/a.png' },
    { name: 'c.png', before: 'a/c.png', after: 'b/c.PNG' },
  ]);
  expect([onlyBefore, onlyAfter]).toEqual([['C.png'], ['A.png']]);
});
