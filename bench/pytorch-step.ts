/** The same training step in PyTorch, in a process beside this one. */
import { fileURLToPath } from 'node:url';
import type { BatchLayout } from '#antonym/losses/levels.js';
import { UserError } from '#antonym/support/errors.js';
import { type Steps, startSteps } from './step-process.js';

/** timm's models of the backbones that have one. */
const timmModels: Readonly<Record<string, string>> = {
  resnet50: 'resnet50',
  resnet101: 'resnet101',
  resnet152: 'resnet152',
  'dinov2-s14': 'vit_small_patch14_dinov2',
  'dinov2-b14': 'vit_base_patch14_dinov2',
  'dinov2-s14-reg': 'vit_small_patch14_reg4_dinov2',
  'dinov2-b14-reg': 'vit_base_patch14_reg4_dinov2',
  'dinov3-s16': 'vit_small_patch16_dinov3_qkvb',
  'dinov3-s16plus': 'vit_small_plus_patch16_dinov3_qkvb',
  'dinov3-b16': 'vit_base_patch16_dinov3_qkvb',
  'siglip2-b16-224': 'vit_base_patch16_siglip_224',
  'siglip2-b16-256': 'vit_base_patch16_siglip_256',
  'siglip2-b16-384': 'vit_base_patch16_siglip_384',
  'siglip2-b16-512': 'vit_base_patch16_siglip_512',
  'pe-core-t16-384': 'vit_pe_core_tiny_patch16_384',
  'pe-core-s16-384': 'vit_pe_core_small_patch16_384',
  'pe-core-b16-224': 'vit_pe_core_base_patch16_224',
};

/** @returns undefined where timm's model of the same architecture is not used here */
export function timmModelOf(backbone: string): string | undefined {
  return timmModels[backbone];
}

/** The backbones whose steps are there, their scripts, and what these take first. */
const scripts: Readonly<Record<string, readonly string[]>> = {
  'clip-tiny': ['clip_tiny_step.py'],
  'clip-rn50': ['clip_rn50_step.py'],
  'clip-vit-b-32': ['clip_vit_step.py'],
  ...Object.fromEntries(Object.entries(timmModels).map(([backbone, model]) => [backbone, ['timm_step.py', model]])),
};

export interface PyTorchFacts {
  /** Version of PyTorch. */
  readonly torch: string;
  readonly parameters: number;
  readonly crops: number;
}

export type PyTorchPrecision = 'fp32' | 'tf32' | 'bf16';

export interface PyTorchOptions {
  /** On the CPU. */
  readonly threads?: number;
  /** Default: cpu. */
  readonly device?: 'cpu' | 'cuda';
  /** Default: fp32. */
  readonly precision?: PyTorchPrecision;
  /** The interpreter that has PyTorch. */
  readonly python?: string;
  /** Default: training. */
  readonly work?: 'training' | 'scoring';
  /** By torch.compile. */
  readonly compiled?: boolean;
}

/** Debian's. */
export const defaultPython = '/usr/bin/python3';

/**
 * Starts PyTorch.
 * @throws UserError when the backbone has no such step, or where PyTorch, or its device, is missing.
 */
export async function startPyTorch(
  backbone: string,
  layout: BatchLayout,
  side: number,
  options: PyTorchOptions,
): Promise<Steps<PyTorchFacts>> {
  const script = scripts[backbone];
  if (script === undefined) throw new UserError(`--vs pytorch can be used with ${Object.keys(scripts).join(', ')}, not with ${backbone}`);
  const [file, ...first] = script;
  const path = fileURLToPath(new URL(`../../bench/python/${file}`, import.meta.url));
  const { python = defaultPython, threads = 2, device = 'cpu', precision = 'fp32', work = 'training', compiled = false } = options;
  const sizes = { photographs: layout.photographs, levels: layout.levels, side, threads, device, precision, work };
  const flags = [...Object.entries(sizes).flatMap(([name, value]) => [`--${name}`, String(value)]), ...(compiled ? ['--compiled'] : [])];
  return startSteps(python, [path, ...first, ...flags], (reason) => notThere(reason, device));
}

function notThere(reason: string, device: string): UserError {
  const needs =
    device === 'cuda'
      ? 'a Python whose PyTorch has CUDA, by --python'
      : "Debian's packages python3-torch and libopenblas0-pthread, or another Python with PyTorch (--python)";
  return new UserError(`--vs pytorch needs ${needs}: ${reason}`);
}
