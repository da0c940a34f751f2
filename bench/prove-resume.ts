/**
 * Proof that a run which is killed again and again, at random moments and with changing numbers of workers, equals an
 * uninterrupted one bit for bit. Too long for the tests:
 *
 *   npx tsc --build src bench && node dist/bench/prove-resume.js [--kills 20] [--seed 1] [options of the train command]
 *
 * Without options of the train command it trains a few small steps; `--steps 1000` proves the default configuration.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { readMetrics } from '#antonym/runs/metrics-log.js';
import { randomStream } from '#antonym/support/random.js';

const small = ['--steps', '16', '--evaluate-every', '5', '--batch-size', '2', '--crop', '32', '--held-out', '1', '--levels', '2'];
const program = fileURLToPath(import.meta.resolve('#antonym/cli.js'));

const command = new Command('prove-resume')
  .option('--kills <n>', 'how often to kill', '20')
  .option('--seed <n>', 'of the moments', '1')
  .allowUnknownOption()
  .allowExcessArguments()
  .parse();
const { kills, seed } = command.opts<{ kills: string; seed: string }>();
const options = command.args.length === 0 ? small : command.args;

const folder = await mkdtemp(join(tmpdir(), 'antonym-prove-resume-'));
try {
  process.exitCode = (await prove(Number(kills), randomStream(seed, 'kills'))) ? 0 : 1;
} finally {
  await rm(folder, { recursive: true });
}

async function prove(wanted: number, random: ReturnType<typeof randomStream>): Promise<boolean> {
  const started = performance.now();
  await train(['--run', 'reference', '--workers', '1', ...options]);
  const duration = performance.now() - started;
  const reference = await resultsOf('reference');
  say(`uninterrupted, 1 worker: ${(duration / 1000).toFixed(1)} s`);
  let [killed, equal, compared] = [0, 0, 0];
  while (killed < wanted || compared === 0) {
    const name = `killed-${compared + 1}`;
    let isNew = true;
    for (;;) {
      const workers = ['--workers', String(1 + random.integer(4))];
      const flags = [...(isNew ? ['--run', name, ...options] : ['--resume', name]), ...workers];
      const moment = killed < wanted ? random.between(0, duration) : Number.POSITIVE_INFINITY;
      if (await train(flags, moment)) break;
      killed++;
      // A process that dies before it has made the run leaves none to go on with.
      isNew = !(await exists(join(folder, 'runs', name, 'config.json')));
      if (isNew) await rm(join(folder, 'runs', name), { recursive: true, force: true });
      say(`kill ${killed} after ${(moment / 1000).toFixed(2)} s, ${workers.join(' ')}: ${await stepsOf(name)} steps told of`);
    }
    const results = await resultsOf(name);
    const different = Object.keys(reference).filter((file) => results[file] !== reference[file]);
    say(different.length === 0 ? `${name} equals the uninterrupted run` : `${name} differs in ${different.join(', ')}`);
    compared++;
    if (different.length === 0) equal++;
  }
  say(`${killed} kills, ${equal} of ${compared} runs equal`);
  return equal === compared;
}

/** @returns whether it came to its end before it was killed. @throws Error when it failed. */
async function train(flags: readonly string[], killAfter = Number.POSITIVE_INFINITY): Promise<boolean> {
  const child = spawn(process.execPath, [program, 'train', ...flags], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close') as Promise<[code: number | null]>;
  const timer = new AbortController();
  if (killAfter !== Number.POSITIVE_INFINITY) {
    sleep(killAfter, undefined, { signal: timer.signal }).then(
      () => child.kill('SIGKILL'),
      () => {},
    );
  }
  const [code] = await ended;
  timer.abort();
  if (code !== null && code !== 0) throw new Error(`training failed:\n${stderr}`);
  return code === 0;
}

/** Digests of what a finished run made, and its metrics without timings. */
async function resultsOf(run: string): Promise<Record<string, string>> {
  const files = [
    'checkpoints/last.safetensors',
    'checkpoints/best.safetensors',
    'export/model.onnx',
    'export/model.json',
    'export/parity.json',
  ];
  const results: Record<string, string> = {};
  for (const file of files) {
    results[file] = createHash('sha256')
      .update(await readFile(join(folder, 'runs', run, file)))
      .digest('hex');
  }
  const rows = await readMetrics(join(folder, 'runs', run, 'metrics.jsonl'));
  return { ...results, 'metrics.jsonl': JSON.stringify(rows.map(({ timings: _, ...row }) => row)) };
}

async function stepsOf(run: string): Promise<number> {
  return (await readMetrics(join(folder, 'runs', run, 'metrics.jsonl'))).filter(({ kind }) => kind === 'step').length;
}

async function exists(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  );
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
