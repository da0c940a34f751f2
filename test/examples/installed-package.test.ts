/**
 * The package as its users get it: what `npm pack` makes, installed into an empty project without a network. The packages that it depends
 * on are linked from this repository's node_modules, since npm's cache may lack them; npm itself resolves all of them.
 */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { hasStrace, unlessStrace, watchedRun } from '../support/watched-run.js';
import { type ScoredPhotographs, scoredPhotographs } from './scored-photographs.js';

const folder = await temporaryFolder();
const project = (...parts: string[]): string => join(folder, 'project', ...parts);
const repository = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const run = async (program: string, args: readonly string[], cwd = project()) => (await promisify(execFile)(program, args, { cwd })).stdout;
const npm = (args: readonly string[], cwd?: string) =>
  run('npm', [...args, '--offline', '--ignore-scripts', '--no-audit', '--no-fund'], cwd);

let packed: { files: { path: string }[] };
let { model, photographs, scores }: ScoredPhotographs = { model: '', photographs: [], scores: [], whys: [] };

beforeAll(async () => {
  await mkdir(project());
  ({ model, photographs, scores } = await scoredPhotographs(folder));
  const [result] = JSON.parse(await npm(['pack', '--json', '--pack-destination', folder], repository('')));
  packed = result;
  const { dependencies, optionalDependencies } = JSON.parse(await readFile(repository('package.json'), 'utf8'));
  const linked = [...Object.keys({ ...dependencies, ...optionalDependencies }), '@types/node'].map((name) => [
    name,
    `file:${repository(`node_modules/${name}`)}`,
  ]);
  await writeFile(
    project('package.json'),
    JSON.stringify({ type: 'module', dependencies: { antonym: `file:${join(folder, result.filename)}`, ...Object.fromEntries(linked) } }),
  );
  await npm(['install']);
});

test('holds the program, its data and nothing else', () => {
  const paths = packed.files.map(({ path }) => path);
  const kinds = new Set(paths.map((path) => path.replace(/^dist\/.*?((\.d)?\.\w+)$/, 'dist/*$1').replace(/^(assets|models)\/.*/, '$1/*')));
  expect([...kinds].sort()).toEqual([
    'LICENSE',
    'README.md',
    'assets/*',
    'datasets.json',
    'datasets.schema.json',
    'dist/*.d.ts',
    'dist/*.js',
    'dist/*.wasm',
    'models/*',
    'package.json',
  ]);
  expect(paths.filter((path) => /^(dist\/bench|dist\/recipe|models\/recipe)/.test(path))).toEqual([]);
});

test('a program in TypeScript imports it, typed, and scores paths, URLs, contents and pixels', async () => {
  const compilerOptions = { target: 'es2023', module: 'nodenext', types: ['node'], strict: true, exactOptionalPropertyTypes: true };
  await writeFile(project('tsconfig.json'), JSON.stringify({ compilerOptions }));
  await copyFile(repository('test/examples/library-program.ts'), project('library-program.ts'));
  await run(repository('node_modules/.bin/tsc'), ['--project', '.']);
  const output = JSON.parse(await run(process.execPath, ['library-program.js', model, photographs[0]!]));
  expect(output).toEqual({
    minimumSide: 32,
    scores: Array(4).fill(scores[0]),
    black: expect.any(Number),
    refused: [expect.stringContaining('39x50 RGB pixels are 5850 bytes, but data has 6000'), 'object'],
    mistaken: 'ImageError',
    closed: true,
  });
});

test('its code works as part of a bundle, whose maker does not follow the thread and the model', async () => {
  await writeFile(
    project('bundled.js'),
    "import { loadModel } from 'antonym'; console.log(await (await loadModel()).score(process.argv[2]));",
  );
  const config = { build: { ssr: 'bundled.js', outDir: 'bundle' }, ssr: { noExternal: true, external: ['sharp'] } };
  await writeFile(project('vite.config.js'), `export default ${JSON.stringify(config)};`);
  await run(process.execPath, [repository('node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'error']);
  const [bundled, installed] = await Promise.all(
    ['bundle/bundled.js', 'bundled.js'].map((program) => run(process.execPath, [program, photographs[0]!])),
  );
  expect(await readFile(project('bundle/bundled.js'), 'utf8')).not.toMatch(/from ?"antonym"/);
  expect(bundled).toMatch(/^0\.\d+\n$/);
  expect(bundled).toBe(installed);
});

test('examples/node lists photographs from best to worst', async () => {
  await writeFile(join(folder, 'photographs', 'broken.jpg'), 'no image');
  await copyFile(repository('examples/node/score-photographs.js'), project('score-photographs.js'));
  const lines = (await run(process.execPath, ['score-photographs.js', join(folder, 'photographs'), model])).trimEnd().split('\n');
  const expected = photographs.map((path, index) => ({ name: basename(path), score: scores[index]! }));
  expected.sort((a, b) => b.score - a.score);
  expect(lines).toEqual(expected.map(({ name, score }) => `${score.toFixed(4)}  ${name}`));
});

test(`its command sends nothing, and writes nothing elsewhere${unlessStrace}`, async () => {
  const watched = await watchedRun(
    ['npx', '--offline', '--no-update-notifier', 'antonym', 'score', '--json', '--model', model, photographs[0]!],
    project(),
  );
  expect(watched.status, watched.stderr).toBe(0);
  expect(JSON.parse(watched.stdout)).toMatchObject({ image: photographs[0], score: scores[0] });
  // npx keeps a log and a cache of npm's own, and would ask for a newer npm
  expect(watched.outside.filter((path) => !/^home\/\.npm(\/|$)/.test(path))).toEqual([]);
  // npm lists the network's interfaces, by a socket to the kernel
  if (hasStrace) expect(watched.sockets!.filter((socket) => !socket.startsWith('socket(AF_NETLINK'))).toEqual([]);
});

test('its command works, WebAssembly and the model that ships included', async () => {
  const antonym = project('node_modules/.bin/antonym');
  await run(antonym, ['degrade', '--in', photographs[0]!, '--distortion', 'gaussian-blur', '--level', '3', '--out', 'blurred.png']);
  const lines = (await run(antonym, ['score', '--model', model, '--json', photographs[0]!, 'blurred.png'])).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { image: photographs[0], score: scores[0] },
    { image: 'blurred.png', score: expect.any(Number) },
  ]);
  expect(await run(antonym, ['score', photographs[0]!, 'blurred.png'])).toMatch(
    /^0\.\d{4} {2}\S+scene-0\.png {2}like (pristine|level 1 of 5)\n0\.\d{4} {2}blurred\.png +like level 5 of 5\n$/,
  );
});
