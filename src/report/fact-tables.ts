/** The facts of a run that are lists: options, machine, files. */
import type { Parity } from '../export/parity.js';
import { formatBytes } from '../support/byte-size.js';
import { flagOf, type OptionTable } from '../support/options/option-table.js';
import { trainOptions } from '../train/options.js';
import { type Cell, html, type Markup, table } from './markup.js';
import { significant } from './numbers.js';
import type { RunFacts } from './run-facts.js';

const meanings: Readonly<Record<string, string>> = {
  flag: 'given on the command line',
  file: 'from a file of options',
  implied: 'follows from the data or the encoder',
  preset: 'what suits the encoder',
  default: 'default',
};

export function configurationSection({ options, origins, folder }: RunFacts): Markup {
  const rows = Object.entries(options).map(([key, value]): Cell[] => [
    html`<code>${flagOf(key)}</code>`,
    optionText(value),
    originText(origins[key]),
    html`<span class="quiet">${descriptionOf(key)}</span>`,
  ]);
  return html`<section id="configuration"><h2>Configuration</h2>
<p>Every option with its value and where it comes from, as in <code>${folder.config}</code>, which <code>antonym train --config</code> takes to repeat the run.</p>
${table('Options of the training', ['Option', 'Value', 'Origin', 'Meaning'], rows)}</section>
`;
}

export function optionText(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : significant(value, 6);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function originText(origin: unknown): Markup {
  const text = meanings[String(origin)] ?? String(origin);
  return origin === 'default' ? html`<span class="quiet">${text}</span>` : html`<b>${text}</b>`;
}

function descriptionOf(key: string): string {
  const known: OptionTable = trainOptions;
  return Object.hasOwn(known, key) ? known[key]!.description : 'an option of another version of this program';
}

/** Versions and hardware, with nested ones as `packages sharp`. */
export function environmentRows({ environment }: Pick<RunFacts, 'environment'>): [name: string, value: string][] {
  return Object.entries(environment).flatMap(([key, value]): [string, string][] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).map(([inner, text]): [string, string] => [inner, String(text)])
      : [[names[key] ?? key, String(value)]],
  );
}

const names: Readonly<Record<string, string>> = {
  antonym: 'Antonym',
  modified: 'files changed since the commit',
  node: 'Node.js',
  cores: 'processors',
  memoryGiB: 'memory, GiB',
};

export function environmentSection(facts: RunFacts): Markup {
  const rows = environmentRows(facts);
  return html`<section id="environment"><h2>Environment</h2>
${rows.length === 0 ? html`<p>Not recorded.</p>` : table('Where the run was started', ['What', 'Value'], rows)}</section>
`;
}

export function filesSection({ files, parity, folder }: RunFacts): Markup {
  if (files.length === 0) {
    return html`<section id="files"><h2>Exported files</h2><p>Nothing has been exported yet. <code>antonym export --run ${folder.name}</code> does, from the best checkpoint.</p></section>\n`;
  }
  const proof =
    parity &&
    html`<p>On ${parity.crops} crops, scores of the file and of the model under training differ by at most ${significant(parity.largestDifference.score, 2)}${measuredDifference(parity)}.</p>`;
  const rows = files.map(({ name, bytes, sha256 }): Cell[] => [name, { number: formatBytes(bytes) }, html`<code>${sha256}</code>`]);
  return html`<section id="files"><h2>Exported files</h2>
<p>In <code>${folder.exported}</code>. <code>model.onnx</code> with <code>model.json</code> beside it is all that scoring needs.</p>
${proof}${table('Exported files', ['File', { number: 'Size' }, 'SHA-256'], rows)}</section>
`;
}

/** The measurement that was judged, where it was not the score. */
function measuredDifference({ largestDifference, tolerance, scores }: Parity): string {
  const [measured] = Object.entries(largestDifference).filter(([name]) => name !== 'score');
  if (!scores || !measured) return `; ${significant(tolerance)} would be refused`;
  return `, what the score follows from (${measured[0]}) by ${significant(measured[1], 2)}; ${significant(tolerance)} would be refused`;
}
