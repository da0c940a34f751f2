/** The number of crops measured in one call: as many as a little memory holds. */
import { peakMemory } from '../../graph/peak-memory.js';
import { buildMeasuringGraph } from './measuring-graph.js';
import type { ModelDefinition } from './model.js';

/** Memory that values may take, bytes: the smallest training step of `clip-rn50` and `clip-vit-b-32` takes more. */
const budget = 256 * 2 ** 20;
/** More do not make it faster. */
const most = 96;
/** Large enough that values independent of the number of crops hardly count. */
const sample = 16;

/**
 * The most crops whose values take about 256 MiB when a model is run without being trained: from 1, even if that takes more, to 96.
 * @param side of the crops, pixels
 */
export function cropsAtOnce(model: ModelDefinition, side: number): number {
  const fitting = Math.floor((budget * sample) / measuringMemory(model, side, sample));
  return Math.max(1, Math.min(most, fitting));
}

/** Bytes of the values of a call that measures that many crops. */
export function measuringMemory(model: ModelDefinition, side: number, crops: number): number {
  return peakMemory(buildMeasuringGraph(model, side, undefined, crops).graph);
}
