/** Statistics of the pixels that encoders were trained on: per channel, of pixels scaled to 0..1. */
import type { Backbone } from './backbone.js';

type PixelStatistics = Pick<Backbone, 'mean' | 'standardDeviation'>;

/** Photographs of ImageNet, by which torchvision, timm, DINOv2, DINOv3 and most others normalize. */
export const imageNetPixels: PixelStatistics = { mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225] };

/** From 0..1 to -1..1: big_vision's (SigLIP) and Perception Encoder's. */
export const symmetricPixels: PixelStatistics = { mean: [0.5, 0.5, 0.5], standardDeviation: [0.5, 0.5, 0.5] };
