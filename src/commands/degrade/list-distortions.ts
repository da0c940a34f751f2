/** Prints every distortion with its group, range and parameters. */
import { distortionGroups } from '../../degrade/distortion.js';
import { distortionNames, distortions } from '../../degrade/distortions/table.js';
import { kadid10k } from '../../degrade/kadid10k.js';
import { jsonLine } from '../../support/json-line.js';
import { type OptionTable, type OptionValues, resolveOptions } from '../../support/options/option-table.js';
import type { Command } from '../command.js';
import { jsonOption } from '../shared-options.js';

const options = { json: jsonOption } satisfies OptionTable;

export const listCommand: Command = {
  name: 'degrade list',
  description: 'Lists every distortion with its group, range and parameters.',
  groups: { Options: options },
  async run(given) {
    listDistortions(resolveOptions(options, given).values);
    return undefined;
  },
};

/** A table for people, or one JSON object. */
function listDistortions({ json }: OptionValues<typeof options>): void {
  if (json) {
    const list = distortionNames.map((name) => {
      const { group, strength, severities, parameters } = distortions[name];
      const about = Object.fromEntries(Object.entries(parameters).map(([key, parameter]) => [key, parameter.about]));
      return { name, group, default: kadid10k.includes(name), strength, severities, parameters: about };
    });
    process.stdout.write(jsonLine({ distortions: list }));
    return;
  }
  const lines: string[] = [];
  for (const group of distortionGroups) {
    const names = distortionNames.filter((name) => distortions[name].group === group);
    if (names.length === 0) continue;
    lines.push(group);
    for (const name of names) {
      const { strength, severities, parameters } = distortions[name];
      const condition = kadid10k.includes(name) ? '' : ' (only if named)';
      lines.push(`  ${name.padEnd(26)} ${severities[0]} to ${severities.at(-1)}: ${strength}${condition}`);
      for (const [key, { about }] of Object.entries(parameters)) lines.push(`  ${''.padEnd(26)} with ${key}: ${about}`);
    }
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}
