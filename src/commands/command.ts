/** A command as data: its options are a table, from which parsing, help, `--config` files and documentation follow. */
import type { GivenOptions, OptionTable } from '../support/options/option-table.js';
import { configOption } from './shared-options.js';

/** Words of a command line that are no options. */
export interface Operand {
  /** `PATH...` where there may be several. */
  readonly placeholder: string;
  readonly description: string;
  readonly isOptional?: true;
}

export interface Command {
  /** The words typed after the program's name: `degrade check`. */
  readonly name: string;
  /** Sentences. */
  readonly description: string;
  readonly operand?: Operand;
  /** Options by the title of their group, in the order of help; `--config` is added to the last. */
  readonly groups: Readonly<Record<string, OptionTable>>;
  /** Titles of groups of which the help names the options only: `--help OPTION` tells the rest. */
  readonly folded?: readonly string[];
  /** @returns the exit code; undefined for 0. */
  run(given: GivenOptions, operands: readonly string[]): Promise<number | undefined>;
}

/** Options of all groups, in their order. */
export function optionsOf({ groups }: Pick<Command, 'groups'>): OptionTable {
  return { ...Object.assign({}, ...Object.values(groups)), config: configOption };
}
