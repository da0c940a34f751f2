/** Gathers the files of the page in one folder, for any web server: `node make-site.js MODEL_FOLDER SITE_FOLDER`. */
import { copyFile, mkdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const [model, site] = process.argv.slice(2);
if (site === undefined) fail('usage: node make-site.js MODEL_FOLDER SITE_FOLDER');

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const runtime = dirname(fileURLToPath(import.meta.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm')));
const files = {
  '.': ['index.html', 'page.css', 'page.js', 'map-view.js', 'score-worker.js'].map(here),
  built: ['tiles.js', 'likeness.js', 'degradations.js', 'quality-map.js', 'map-colors.js'].map((name) => here(`../../dist/score/${name}`)),
  runtime: ['ort.wasm.bundle.min.mjs', 'ort-wasm-simd-threaded.wasm'].map((name) => join(runtime, name)),
  model: ['model.onnx', 'model.json'].map((name) => join(model, name)),
};
for (const [folder, paths] of Object.entries(files)) {
  await mkdir(join(site, folder), { recursive: true });
  for (const path of paths) {
    await copyFile(path, join(site, folder, basename(path))).catch(({ code, message }) =>
      fail(code === 'ENOENT' ? `${path} is missing${folder === 'built' ? ': run "npm run build" first' : ''}` : message),
    );
  }
}
process.stdout.write(`${resolve(site)}\n`);

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
