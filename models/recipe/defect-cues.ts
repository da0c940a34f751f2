/** Numbers that tell defects apart: rectangles, noise, edges, colors and tones; for `degradations`, not for the score. */
import type { Graph } from '#antonym/graph/graph.js';
import type { Value } from '#antonym/graph/value.js';
import { rectangleCues } from './block-cues.js';
import { chromaEdgeCues, colorCues } from './color-cues.js';
import { directionCues } from './direction-cues.js';
import { filter, halved, lumaWeights } from './sharpness-cues.js';
import { noiseCues, slopeCues } from './slope-cues.js';
import { histogramCues, toneCues } from './tone-cues.js';

/**
 * @param pixels [N, 3, H, W], 0..1, of 64 on each side at least
 * @returns each [N, 1] or more
 */
export function defectCues(graph: Graph, pixels: Value): Value[] {
  const bytes = graph.add('Mul', [pixels, 255]);
  const luma = filter(graph, bytes, [lumaWeights], 1);
  const half = halved(graph, pixels);
  return [
    ...rectangleCues(graph, luma),
    ...noiseCues(graph, bytes),
    ...slopeCues(graph, luma),
    ...colorCues(graph, bytes, half),
    ...chromaEdgeCues(graph, half),
    ...chromaEdgeCues(graph, halved(graph, half)),
    ...toneCues(graph, halved(graph, luma)),
    ...histogramCues(graph, filter(graph, bytes, [[0, 1, 0]], 1)),
    ...directionCues(graph, bytes, luma),
  ];
}
