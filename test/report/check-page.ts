/** The rules for every page of ours, checked on its text as a browser would read it. */
import { expect } from 'vitest';

const voidElements = new Set(['meta', 'img', 'br', 'path', 'rect']);
const known = new Set(
  (
    'html head meta title style body header main section article nav footer h1 h2 h3 p a b code span div dl dt dd details summary ' +
    'table caption thead tbody tr th td figure figcaption img br svg g path text desc'
  ).split(' '),
);

/** Elements are known ones and properly nested, and nothing is loaded from anywhere or can be executed. */
export function checkPage(page: string): void {
  expect(page.startsWith('<!doctype html>\n<html lang="en">')).toBe(true);
  const open: string[] = [];
  // one expectation for all: thousands take seconds
  const wrong: string[] = [];
  const withoutStyle = page.replace(/<style>[^<]*<\/style>/, '').replace('<!doctype html>', '');
  for (const [tag, slash, name, attributes] of withoutStyle.matchAll(/<(\/?)([A-Za-z0-9]+)((?:\s+[A-Za-z:-]+(?:="[^"<>]*")?)*)\s*>/g)) {
    if (!known.has(name!)) wrong.push(`unknown element: ${tag.slice(0, 80)}`);
    for (const [, attribute, value] of attributes!.matchAll(/([A-Za-z:-]+)(?:="([^"]*)")?/g)) {
      const isWrong =
        /^on/i.test(attribute!) ||
        (attribute === 'src' && !/^data:image\/(webp|svg\+xml);base64,/.test(value!.slice(0, 30))) ||
        (attribute === 'href' && !value!.startsWith('#'));
      if (isWrong) wrong.push(`attribute: ${tag.slice(0, 80)}`);
    }
    if (slash === '') {
      if (!voidElements.has(name!) && !attributes!.endsWith('/')) open.push(name!);
    } else if (open.pop() !== name) wrong.push(`badly nested: ${tag}`);
  }
  expect([...wrong, ...open]).toEqual([]);
  // what the tags did not take is text: it has no angle brackets
  expect(withoutStyle.replaceAll(/<\/?[A-Za-z0-9]+(?:\s+[A-Za-z:-]+(?:="[^"<>]*")?)*\s*\/?>/g, '')).not.toMatch(/[<>]/);
  // the end of a line of a sentence that was written for another place
  expect(page).not.toMatch(/\.\\n/);
  expect(page).not.toMatch(/<script|<link|<iframe|@import|url\((?!"data:)/i);
  const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const [, id] of page.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(id);
}
