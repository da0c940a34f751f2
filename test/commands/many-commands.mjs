/**
 * Runs many commands in one process, for tests of how they fail: starting each would take a second. Reads a list of their words as JSON, and
 * prints for each the kind and the message of the error that it ended with, if any.
 */
import { readFileSync } from 'node:fs';
import { runListed } from '#antonym/commands/run-listed.js';

const commands = JSON.parse(readFileSync(0, 'utf8'));
const results = [];
const print = process.stdout.write.bind(process.stdout);
// what the commands themselves print is not what is tested
process.stdout.write = () => true;
process.stderr.write = () => true;
for (const [name, ...words] of commands) {
  try {
    await runListed(name, words);
    results.push({});
  } catch (error) {
    results.push({ kind: error.name, message: error.message });
  }
}
print(JSON.stringify(results), () => process.exit());
