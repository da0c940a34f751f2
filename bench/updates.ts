/** Cost of training each published CLIP, as `train --dry-run` measures it: the table of docs/training-clip.md. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { formatDuration } from '#antonym/support/duration.js';
import { UserError } from '#antonym/support/errors.js';
import { gibibytes } from '#antonym/train/memory.js';
import { markdownTable } from './markdown-table.js';
import { rounded } from './measure.js';

interface Flags {
  readonly backbone: string;
  readonly json?: true;
}

/** Output of `train --dry-run --json`. */
interface Figures {
  readonly backbone: string;
  readonly cropsPerStep: number;
  readonly stepMilliseconds: number;
  readonly trainingMilliseconds: number;
  readonly evaluations: number;
  readonly evaluationMilliseconds: number;
  readonly estimatedBytes: number;
  readonly peakBytes: number;
}

export function benchUpdates({ backbone, json }: Flags): void {
  const figures = backbone.split(',').map(rehearse);
  if (json) process.stdout.write(`${JSON.stringify(figures)}\n`);
  else process.stdout.write(describe(figures));
}

/** In a process of its own, whose memory is that of this model alone. */
function rehearse(backbone: string): Figures {
  process.stderr.write(`${backbone}\n`);
  const program = fileURLToPath(new URL('../cli.js', import.meta.url));
  const args = [program, 'train', '--backbone', backbone, '--weights', 'random', '--dry-run', '--json'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new UserError(`train --dry-run of ${backbone} failed: ${stderr.trim().split('\n').at(-1)}`);
  return JSON.parse(stdout) as Figures;
}

function describe(figures: readonly Figures[]): string {
  return markdownTable([
    ['backbone', 'crops an update', 's an update', '1500 updates, evaluated', 'memory stated', 'held by its first steps'],
    ...figures.map((own) => [
      `\`${own.backbone}\``,
      String(own.cropsPerStep),
      `${rounded(own.stepMilliseconds / 1000)}`,
      formatDuration(own.trainingMilliseconds + (own.evaluations + 1) * own.evaluationMilliseconds),
      `${gibibytes(own.estimatedBytes)} GiB`,
      `${gibibytes(own.peakBytes)} GiB`,
    ]),
  ]);
}
