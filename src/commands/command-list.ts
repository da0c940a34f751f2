/** Every command, in the order of the help. */
import type { Command } from './command.js';
import type { CommandGroup, ListedCommand } from './command-group.js';
import { degradeCommands } from './degrade/degrade.js';
import { evaluateCommands } from './evaluate/evaluate.js';

/** By their names. */
export const commandList: Readonly<Record<string, ListedCommand | CommandGroup>> = {
  train: {
    summary: 'train a model on pristine photographs and export it',
    load: async () => (await import('./train/train.js')).trainCommand,
  },
  score: {
    summary: 'score photographs with an exported model',
    load: async () => (await import('./score/score.js')).scoreCommand,
  },
  evaluate: evaluateCommands,
  calibrate: {
    summary: 'put the score of a model on the scale of your own ratings',
    load: async () => (await import('./calibrate.js')).calibrateCommand,
  },
  export: {
    summary: 'write the ONNX file of a run, or of published weights',
    load: async () => (await import('./export.js')).exportCommand,
  },
  degrade: degradeCommands,
  compare: {
    summary: 'compare pictures before and after a change',
    load: async () => (await import('./compare/compare.js')).compareCommand,
  },
  report: {
    summary: 'write a page about a run, or one that compares runs',
    load: async () => (await import('./report.js')).reportCommand,
  },
  devices: {
    summary: 'list what this machine can compute with',
    load: async () => (await import('./devices.js')).devicesCommand,
  },
  'fetch-cuda': {
    summary: "fetch what --device cuda needs: ONNX Runtime's CUDA provider",
    load: async () => (await import('./fetch-cuda.js')).fetchCudaCommand,
  },
  prune: {
    summary: "remove ONNX Runtime's libraries for other platforms",
    load: async () => (await import('./prune.js')).pruneCommand,
  },
};

/** All commands, those of groups one by one. */
export function loadCommands(): Promise<Command[]> {
  const listed = Object.values(commandList).flatMap((entry) => ('commands' in entry ? Object.values(entry.commands) : [entry]));
  return Promise.all(listed.map(({ load }) => load()));
}
