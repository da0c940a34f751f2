/** `bench deploy`: what a program pays that takes the library in: size of the installation, start, memory, and the wait behind uploads that were called off. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { renderProcedural } from '#antonym/datasets/procedural.js';
import { loadModel } from '#antonym/index.js';
import { binariesFolder, libraryFolder } from '#antonym/runtime/onnxruntime/library-path.js';
import { median, printFigures, rounded } from './measure.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const rounds = 5;

export async function benchDeploy({ json, uploads }: { readonly json?: true; readonly uploads: string }): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'antonym-bench-'));
  try {
    const path = join(folder, 'photo.jpg');
    const { data } = renderProcedural({ kind: 'procedural', id: 'procedural-1-0', seed: 1, index: 0, width: 1200, height: 900 });
    await writeFile(
      path,
      await sharp(data, { raw: { width: 1200, height: 900, channels: 3 } })
        .jpeg({ quality: 90 })
        .toBuffer(),
    );
    printFigures({ ...(await installedSizes()), ...(await firstScore(path)), ...(await waitBehind(Number(uploads), path)) }, json === true);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Bytes of the packages that `npm install` of the tarball brings on this platform, and of the program's own files. */
async function installedSizes(): Promise<Record<string, number>> {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly dev?: true; readonly devOptional?: true; readonly peer?: true }>>;
  };
  const wanted = Object.entries(packages).filter(([path, { dev, devOptional, peer }]) => path !== '' && !dev && !devOptional && !peer);
  const own = ['dist', 'models', 'assets'].map((name) => join(root, name));
  const sizes = await Promise.all([...wanted.map(([path]) => join(root, path)), ...own].map(bytesIn));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const others = (await bytesIn(binariesFolder())) - (await bytesIn(libraryFolder()));
  return { installedMB: rounded(total / 1e6), afterPruneMB: rounded((total - others) / 1e6) };
}

/** Nested packages are counted by themselves. */
async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const sizes = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? 0 : bytesIn(path);
    return entry.isFile() ? (await stat(path)).size : 0;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Medians of fresh processes, from their start on. */
async function firstScore(path: string): Promise<Record<string, number>> {
  const program = `
    import { loadModel } from ${JSON.stringify(import.meta.resolve('#antonym/index.js'))};
    const model = await loadModel();
    await model.score(${JSON.stringify(path)});
    console.log(process.resourceUsage().maxRSS / 1024);
    process.exit();`;
  const [times, peaks]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [text] = await once(child.stdout.setEncoding('utf8'), 'data');
    times.push(performance.now() - started);
    peaks.push(Number(text));
    await once(child, 'close');
  }
  return { firstScoreMilliseconds: rounded(median(times)), firstScoreMemoryMiB: Math.round(median(peaks)) };
}

/** The time of one image, alone and right after others were called off together. */
async function waitBehind(uploads: number, path: string): Promise<Record<string, number>> {
  const content = await readFile(path);
  const model = await loadModel();
  const timed = async (): Promise<number> => {
    const started = performance.now();
    await model.score(content);
    return performance.now() - started;
  };
  try {
    await timed();
    const alone = await timed();
    const clients = Array.from({ length: uploads }, () => new AbortController());
    const left = clients.map(({ signal }) => model.score(content, { signal }).catch(() => {}));
    for (const client of clients) client.abort();
    const behind = await timed();
    await Promise.all(left);
    return { uploads, aloneMilliseconds: rounded(alone), behindUploadsMilliseconds: rounded(behind) };
  } finally {
    await model.close();
  }
}
