/** Says in what two configurations differ, for people whose work cannot be resumed. */
import { jsonObject } from './json-object.js';

/** The first thing in which two objects of JSON differ: `levels 5, not 4`; undefined when they are equal. */
export function describeDifference(one: object, other: object): string | undefined {
  return differenceOf(one, other, '');
}

function differenceOf(one: object, other: object, prefix: string): string | undefined {
  const [a, b] = [one, other] as Record<string, unknown>[];
  for (const key of new Set([...Object.keys(a!), ...Object.keys(b!)])) {
    const values = [a![key], b![key]];
    const [text, otherText] = values.map((value) => JSON.stringify(value) ?? 'nothing');
    if (text === otherText) continue;
    const [inner, otherInner] = values.map((value) => jsonObject.safeParse(value).data);
    const nested = inner && otherInner && differenceOf(inner, otherInner, `${prefix}${key}.`);
    return nested ?? `${prefix}${key} ${text}, not ${otherText}`;
  }
  return undefined;
}
