/** Names of what is wrong with an image, apart from how it is computed: scoring needs no regression. */

/** Groups of distortions that models tell apart: those of KADID-10k (Lin et al. 2019). */
export const degradationGroups = ['blur', 'noise', 'compression', 'color', 'brightness', 'spatial', 'sharpness-contrast'] as const;
export type DegradationGroup = (typeof degradationGroups)[number];

/** Name of the output of exported models. */
export const degradationsOutput = 'degradations';
