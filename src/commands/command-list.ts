/** Every command, loaded when it is asked for: loading all takes longer than scoring a photograph. */
import type { Command } from './command.js';
import type { CommandGroup } from './command-group.js';
import type { commandSummaries } from './command-summaries.js';

const commands: Readonly<Record<keyof typeof commandSummaries, () => Promise<Command | CommandGroup>>> = {
  train: async () => (await import('./train/train.js')).trainCommand,
  score: async () => (await import('./score/score.js')).scoreCommand,
  evaluate: async () => (await import('./evaluate/evaluate.js')).evaluateCommands,
  calibrate: async () => (await import('./calibrate.js')).calibrateCommand,
  export: async () => (await import('./export.js')).exportCommand,
  degrade: async () => (await import('./degrade/degrade.js')).degradeCommands,
  compare: async () => (await import('./compare/compare.js')).compareCommand,
  report: async () => (await import('./report.js')).reportCommand,
  devices: async () => (await import('./devices.js')).devicesCommand,
  'fetch-cuda': async () => (await import('./fetch-cuda.js')).fetchCudaCommand,
  prune: async () => (await import('./prune.js')).pruneCommand,
};

/** By their names. */
export const commandList: Readonly<Record<string, () => Promise<Command | CommandGroup>>> = commands;
