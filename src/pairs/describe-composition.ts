/** A composition in a line of words. */
import { type Composition, strengthsOf } from '../degrade/composition.js';

/** `gaussian-blur 0.5 0.9 1.6 2.8 5, jpeg 90 60 36 20 7`: the distortions in order with their strengths at levels 1..L. */
export function describeComposition(composition: Composition, levels: number): string {
  const byLevel = Array.from({ length: levels }, (_, index) => strengthsOf(composition, index + 1, levels));
  return composition.distortions
    .map(({ name }, place) => [name, ...byLevel.map((strengths) => Number(strengths[place]!.strength.toPrecision(3)))].join(' '))
    .join(', ');
}
