/** Every kind of head by name: a new one is its own file and a line here. */
import type { HeadFacts, HeadKind } from './head.js';
import { magnitudeKind } from './magnitude-head.js';
import { mlpKind } from './mlp-head.js';
import { promptKind } from './prompt-head.js';
import { regressionKind } from './regression-head.js';

export const headKinds = {
  prompts: promptKind,
  regression: regressionKind,
  magnitude: magnitudeKind,
  mlp: mlpKind,
} as const satisfies Record<string, HeadKind>;

export type HeadName = keyof typeof headKinds;
export const headNames = Object.keys(headKinds) as [HeadName, ...HeadName[]];

/** The kind of head that a `model.json` describes; undefined for one of a newer version. */
export function headKindOf({ head }: HeadFacts): HeadKind | undefined {
  return head === undefined ? headKinds.prompts : (headKinds as Record<string, HeadKind>)[head.name];
}
