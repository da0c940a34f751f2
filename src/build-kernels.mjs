/** Compiles each `<folder>/simd/` to dist/<folder>/kernels.wasm, where it is not newer than its sources already: a part of `npm run build`. */
import { mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const changed = (url) => statSync(url, { throwIfNoEntry: false })?.mtimeMs ?? 0;

for (const folder of ['runtime/state', 'degrade']) {
  const source = new URL(`${folder}/simd/`, import.meta.url);
  const output = new URL(`../dist/${folder}/kernels.wasm`, import.meta.url);
  const newest = Math.max(changed(new URL(import.meta.url)), ...readdirSync(source).map((name) => changed(new URL(name, source))));
  if (changed(output) <= newest) await compile(source, output);
}

async function compile(source, output) {
  const { default: asc } = await import('assemblyscript/asc');
  const options = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--use', 'abort=', '--initialMemory', '1'];
  let binary;
  const { error, stderr } = await asc.main(['index.ts', ...options, '--baseDir', fileURLToPath(source), '--outFile', 'kernels.wasm'], {
    writeFile: (_name, contents) => {
      binary = contents;
    },
  });
  if (error) {
    process.stderr.write(stderr.toString());
    process.exit(1);
  }
  mkdirSync(new URL('.', output), { recursive: true });
  // Another command may be building or starting at the same time.
  const unfinished = new URL(`kernels.wasm.${process.pid}`, output);
  writeFileSync(unfinished, binary);
  renameSync(unfinished, output);
}
