/** The programs that are measured on a device: our engine and PyTorch, in every precision that is there. */
import type { SetupFlags } from './own-setup.js';
import { startOwn } from './own-step.js';
import { type PyTorchOptions, type PyTorchPrecision, startPyTorch } from './pytorch-step.js';
import type { Steps } from './step-process.js';

/** Size of a step: `photographs` x (`levels` + 1) x 2 crops. */
export interface StepSizes {
  readonly backbone: string;
  readonly photographs: number;
  readonly levels: number;
  /** Side of the crops, pixels. */
  readonly side: number;
}

export interface Contestant {
  readonly engine: 'antonym' | 'pytorch';
  readonly device: string;
  readonly precision: string;
  /** Said with its figures. */
  readonly remark?: string;
  /** Settings of our engine that make it this one. */
  readonly flags?: SetupFlags;
  /** @throws UserError that says why it cannot, such as memory that does not suffice. */
  start(sizes: StepSizes): Promise<Steps<unknown>>;
}

/** Someone who cannot compete, and why. */
export interface AbsentContestant extends Pick<Contestant, 'engine' | 'device' | 'precision'> {
  readonly absent: string;
}

/** The smallest step that there is: what it takes is launches, not arithmetic. */
export function smallestStep(backbone: string): StepSizes {
  return { backbone, photographs: 1, levels: 2, side: 32 };
}

/** Each precision, launched and replayed. @param device of ours, such as webgpu */
export function ownContestants(device: string): Contestant[] {
  const precisions: readonly (readonly [string, SetupFlags])[] = [
    ['fp32', {}],
    ...(device === 'cuda' ? [['tf32', { tf32: 'on' }] as const] : []),
    ['mixed', { precision: 'mixed' }],
  ];
  return precisions.flatMap(([name, flags]) => [
    own(device, name, flags),
    own(device, `${name}, replayed`, { ...flags, graphCapture: 'on' }),
  ]);
}

function own(device: string, precision: string, flags: SetupFlags): Contestant {
  return {
    engine: 'antonym',
    device,
    precision,
    flags,
    start: ({ backbone, photographs, levels, side }) =>
      startOwn({ backbone, device, batchSize: String(photographs), levels: String(levels), crop: String(side), ...flags }),
  };
}

/** @param python the interpreter that has PyTorch */
export function pytorchContestants(python: string): Contestant[] {
  const precisions: readonly PyTorchPrecision[] = ['fp32', 'tf32', 'bf16'];
  return precisions.map((precision) => pytorch({ python, device: 'cuda', precision }));
}

/** The contestant if there is no card that PyTorch can use: the benchmark runs all the same. */
export function standIn(python: string): Contestant {
  return { ...pytorch({ python, device: 'cpu', precision: 'fp32' }), remark: 'a stand-in: PyTorch finds no GPU here' };
}

function pytorch(options: Required<Pick<PyTorchOptions, 'python' | 'device' | 'precision'>>): Contestant {
  return {
    engine: 'pytorch',
    device: options.device,
    precision: options.precision,
    start: ({ backbone, photographs, levels, side }) => startPyTorch(backbone, { photographs, levels }, side, options),
  };
}
