/** How many crops are measured in one call: as many as a little memory holds. */
import { peakMemory } from '../../graph/peak-memory.js';
import { buildMeasuringGraph } from './measuring-graph.js';
import type { ModelDefinition } from './model.js';

/** What values may take, bytes: the smallest training step of `clip-rn50` and `clip-vit-b-32` takes more. */
const budget = 256 * 2 ** 20;
/** More do not make it faster. */
const most = 96;
/** So many that what does not depend on their number hardly counts. */
const sample = 16;

/**
 * The most crops whose values take about 256 MiB when a model is run without being trained: from 1, where not even one does, to 96.
 * @param side of the crops, pixels
 */
export function cropsAtOnce(model: ModelDefinition, side: number): number {
  const fitting = Math.floor((budget * sample) / measuringMemory(model, side, sample));
  return Math.max(1, Math.min(most, fitting));
}

/** Bytes that the values take of a call that measures so many crops. */
export function measuringMemory(model: ModelDefinition, side: number, crops: number): number {
  return peakMemory(buildMeasuringGraph(model, side, undefined, crops).graph);
}
