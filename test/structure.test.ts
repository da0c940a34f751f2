/** The structure of the source: folders import from those above them only, as docs/architecture.md lists them. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'src');
const folders = [...readFileSync(join(root, 'docs/architecture.md'), 'utf8').matchAll(/^\d+\. `([a-z]+)`:/gm)].map(([, name]) => name!);
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts') && !file.includes('/simd/'));

/** Imports from folders below that are still to be turned: none may be added; whoever turns one deletes its line. */
const stillUpward = new Set(['graph/operators/conv.ts -> lowering/convolution/convolution-weight-gradient.ts']);

/** Paths below src of the files that a file imports, types included. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(source, file), 'utf8');
  return [...text.matchAll(/(?:from|import|import\() ?'(\.[^']+)\.js'/g)].map(([, path]) => `${normalize(join(dirname(file), path!))}.ts`);
}

describe('folders', () => {
  test('are all listed, and all there', () => {
    const there = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect([...folders].sort()).toEqual(there.map(({ name }) => name).sort());
  });

  test('import from themselves and from folders above them', () => {
    const place = (file: string): number => {
      const index = folders.indexOf(file.split('/')[0]!);
      return index < 0 ? folders.length : index;
    };
    const imports = files.flatMap((file) => importsOf(file).map((imported) => ({ file, imported })));
    expect(imports.length).toBeGreaterThan(1000);
    const upward = imports
      .filter(({ file, imported }) => place(imported) > place(file))
      .map(({ file, imported }) => `${file} -> ${imported}`);
    expect(upward.filter((arrow) => !stillUpward.has(arrow))).toEqual([]);
  });
});
