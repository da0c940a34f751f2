/** The structure of the source: folders import from those above them only, as docs/architecture.md lists them, and no files in circles. */
import { execFileSync } from 'node:child_process';
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
    expect(upward).toEqual([]);
  });
});

/** Strongly connected parts of the imports, types included (Tarjan 1972): files of which each imports every other, by whatever way. */
function circles(): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];
  const known = new Set(files);
  const visit = (file: string): void => {
    order.set(file, order.size);
    lowest.set(file, order.get(file)!);
    open.push(file);
    for (const imported of importsOf(file)) {
      if (!known.has(imported)) continue;
      if (!order.has(imported)) visit(imported);
      if (open.includes(imported)) lowest.set(file, Math.min(lowest.get(file)!, lowest.get(imported)!));
    }
    if (lowest.get(file) === order.get(file)) {
      const part = open.splice(open.indexOf(file));
      if (part.length > 1) found.push(part.sort());
    }
  };
  for (const file of files) if (!order.has(file)) visit(file);
  return found;
}

describe('files', () => {
  test('import in circles nowhere, types included, but in one known place', () => {
    // the names of operators type the graph's builder, and operators import the graph that they are added to
    const isGraph = (part: string[]): boolean => part.includes('graph/graph.ts') && part.includes('graph/operators/table.ts');
    const all = circles();
    expect(all.filter(isGraph)).toHaveLength(1);
    const belongs = /^graph\/([\w-]+|operators\/[\w-]+)\.ts$/;
    expect(all.filter(isGraph)[0]!.filter((file) => !belongs.test(file))).toEqual([]);
    expect(all.filter((part) => !isGraph(part))).toEqual([]);
  });
});

describe('tests', () => {
  const tests = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.test.ts') && file.includes('/'));
  /** Beside the mirror: what models/recipe and examples/ hold. */
  const beside = /^(recipe|examples)\//;

  test('lie in the folders of src', () => {
    const there = new Set(files.map((file) => dirname(file)));
    expect(tests.length).toBeGreaterThan(150);
    expect(tests.filter((file) => !beside.test(file) && !there.has(dirname(file)))).toEqual([]);
  });

  test('with the name of a file lie where that file does', () => {
    // the same name in another of the ordered folders stands for something else
    const keyOf = (file: string): string => `${file.split('/')[0]} ${file.split('/').at(-1)!.replace(/\..*$/, '')}`;
    const places = new Map<string, Set<string>>();
    for (const file of files) places.set(keyOf(file), (places.get(keyOf(file)) ?? new Set()).add(dirname(file)));
    const elsewhere = tests.filter((file) => !beside.test(file) && places.get(keyOf(file))?.has(dirname(file)) === false);
    expect(elsewhere).toEqual([]);
  });
});

describe('the repository', () => {
  const tracked = execFileSync('git', ['ls-files', '--stage', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean);
  const parts = tracked.map((line) => /^(\d+) \S+ \d\t(.*)$/s.exec(line)!.slice(1) as [mode: string, path: string]);

  test('has files only: no symbolic links, no other repositories', () => {
    expect(parts.length).toBeGreaterThan(700);
    expect(parts.filter(([mode]) => !/^100(644|755)$/.test(mode))).toEqual([]);
  });

  test('has scripts of npm that sh and cmd.exe both understand', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    const lines = Object.entries(scripts).flatMap(([name, script]) => script.split(' && ').map((line) => `${name}: ${line}`));
    expect(lines.length).toBeGreaterThan(15);
    // programs with plain words: no variable, quote or operator of one shell, and no builtin but exec, which exec.cmd is in the other
    expect(lines.filter((line) => !/^[\w:-]+: (exec node|node|npm|tsc|biome|vitest)( [\w./:-]+)+$/.test(line))).toEqual([]);
    expect(readFileSync(join(root, 'exec.cmd'), 'utf8')).toMatch(/^@rem .*\r\n@%\*\r\n$/);
  });

  test('names no place of one machine', () => {
    const homes = /(?<![\w.~}$-])\/(home|Users|root|work|workspace)\/[\w.-]/;
    const texts = parts.map(([, path]) => ({ path, lines: readFileSync(join(root, path), 'latin1').split('\n') }));
    const found = texts.flatMap(({ path, lines }) =>
      lines.filter((line) => homes.test(line)).map((line) => `${path}: ${line.slice(0, 200)}`),
    );
    expect(found).toEqual([]);
  });
});

/** Modules that files load before they run, by the packages and the files below src that they name: what is imported as a type, or later, is not among them. */
function loadedWith(...starts: readonly string[]): { files: Set<string>; packages: Set<string> } {
  const [files, packages] = [new Set(starts), new Set<string>()];
  for (const file of files) {
    const text = readFileSync(join(source, file), 'utf8');
    for (const [statement, name] of text.matchAll(/^(?:import (?!type )(?:[^;']*? from )?|export (?!type )[^;']*? from )'([^']+)';/gm)) {
      if (/^import \{( type [\w ]+,?)+ \}/.test(statement)) continue;
      if (name!.startsWith('.')) files.add(`${normalize(join(dirname(file), name!)).replace(/\.js$/, '')}.ts`);
      else packages.add(name!);
    }
  }
  return { files, packages };
}

test('scoring on the processor loads neither the builder of graphs, nor zod', () => {
  const { files, packages } = loadedWith('index.ts', 'runtime/sessions/session-worker.ts');
  expect(files).toContain('support/koffi.ts');
  expect([...packages].filter((name) => /zod/.test(name))).toEqual([]);
  expect(files).toContain('runtime/onnxruntime/session.ts');
  expect(files).not.toContain('graph/graph.ts');
  // the walk finds what there is to find
  expect(loadedWith('graph/onnx-file.ts').files).toContain('support/protobuf/message-table.ts');
  expect(loadedWith('commands/score/score.ts').packages).toContain('zod');
});

test('options of training are checked before the engine, the library of images and the hub are loaded', () => {
  const { files, packages } = loadedWith('commands/train/train.ts', 'cli.ts', 'program.ts');
  expect(packages).toContain('zod');
  expect([...packages].filter((name) => /sharp|hub|undici/.test(name))).toEqual([]);
  expect(files).not.toContain('support/koffi.ts');
  expect(files).toContain('train/options.ts');
  expect([...files].filter((file) => /^(export|report|runs|train\/(engines|data))\//.test(file))).toEqual([]);
  // and the hub where weights are fetched
  const training = loadedWith('commands/train/train-and-export.ts').packages;
  expect(training).toContain('sharp');
  expect([...training].filter((name) => /hub|undici/.test(name))).toEqual([]);
});
