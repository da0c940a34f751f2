/** The programs of examples/ that compose scores, and the service, as a user runs them in this repository. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { renderProcedural } from '#antonym/datasets/procedural.js';
import { rendered } from '../pairs/folder-of-photographs.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const folder = await temporaryFolder();
const example = (path: string): string => fileURLToPath(new URL(`../../examples/${path}`, import.meta.url));
const run = async (path: string, ...args: string[]) => promisify(execFile)(process.execPath, [example(path), ...args]);
const pictures = ['1-sharp.png', '2-soft.png', '3-other.png'].map((name) => join(folder, 'pictures', name));

beforeAll(async () => {
  await mkdir(join(folder, 'pictures'));
  for (const [index, path] of pictures.entries()) {
    const { data } = renderProcedural(rendered(index < 2 ? 101 : 102, 320, 240));
    const picture = sharp(data, { raw: { width: 320, height: 240, channels: 3 } });
    await (index === 1 ? picture.blur(2) : picture).toFile(path);
  }
});

describe('examples/compose', () => {
  test('best-of-burst puts retakes of a scene together, the sharp one first', async () => {
    const { stdout } = await run('compose/best-of-burst.js', join(folder, 'pictures'));
    expect(stdout).toMatch(/^0\.\d{4} {2}1-sharp\.png\n {4}0\.\d{4} {2}2-soft\.png\n0\.\d{4} {2}3-other\.png\n$/);
  });

  test('sort-into-buckets accepts, rejects, and names what it cannot read', async () => {
    const { stdout, stderr } = await run('compose/sort-into-buckets.js', '0.9', '0', ...pictures, join(folder, 'nowhere.jpg'));
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ image }) => basename(image))).toEqual([...pictures.map((path) => basename(path)), 'nowhere.jpg']);
    for (const { bucket, score } of lines.slice(0, 3)) expect(bucket).toBe(score >= 0.9 ? 'accepted' : 'undecided');
    expect(lines[3]).toMatchObject({ bucket: 'unreadable', code: 'ERR_ANTONYM_NO_SUCH_FILE' });
    expect(Object.values(JSON.parse(stderr) as Record<string, number>).reduce((sum, count) => sum + count)).toBe(4);
  });
});

test('examples/server answers an upload with its score, and one that is no picture with its fault', async () => {
  const server = spawn(process.execPath, [example('server/server.js'), '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = await once(server.stdout.setEncoding('utf8'), 'data');
    const post = async (body: Uint8Array | string) => {
      const response = await fetch(String(line).trim(), { method: 'POST', body: body as BodyInit });
      return [response.status, await response.json()];
    };
    const [good, bad] = await Promise.all([post(await readFile(pictures[0]!)), post('no picture')]);
    expect(good).toEqual([200, { score: expect.any(Number) }]);
    expect(bad).toEqual([422, { error: expect.stringMatching(/not JPEG/), code: 'ERR_ANTONYM_NOT_AN_IMAGE' }]);
  } finally {
    server.kill('SIGTERM');
    expect((await once(server, 'exit'))[0]).toBe(0);
  }
});
