/** A process that scores files one by one through the library: prints a line of JSON for each, with the time that it took. */
import { readFileSync } from 'node:fs';
import { loadModel } from '#antonym/index.js';

const [list] = process.argv.slice(2);
if (list !== undefined) {
  const files: string[] = JSON.parse(readFileSync(list, 'utf8'));
  await using model = await loadModel();
  for (const file of files) {
    const started = performance.now();
    const outcome = await model.score(file).then(
      (score) => ({ score }),
      (error: Error & { code?: string }) => ({ error: error.message, kind: error.name, code: error.code }),
    );
    process.stdout.write(`${JSON.stringify({ file, milliseconds: performance.now() - started, ...outcome })}\n`);
  }
}
