import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodePicture, parseEncoders } from '#antonym/compare/encoders.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';

const node = process.execPath;
const copy = [node, '-e', 'require("fs").copyFileSync(process.argv[1], process.argv[2])', '{input}', '{output}'];
const encoder = (command: readonly string[]) =>
  parseEncoders(JSON.stringify({ encoders: [{ name: 'x', command, extension: 'png' }] }), 'f.json')[0]!;

describe('a file of encoders', () => {
  test('names commands, series and extensions', () => {
    const text = JSON.stringify({
      encoders: [
        { name: 'a 1', series: 'a', command: copy, extension: '.avif' },
        { name: 'b', command: copy, extension: 'jpg' },
      ],
    });
    expect(parseEncoders(`\ufeff${text}`, 'f.json')).toEqual([
      { name: 'a 1', series: 'a', command: copy, extension: '.avif' },
      { name: 'b', series: 'b', command: copy, extension: '.jpg' },
    ]);
  });

  test.each([
    ['{', 'f.json is not JSON'],
    ['{"encoders": []}', 'f.json does not describe encoders: encoders'],
    ['{"encoders": [{"name": "a", "command": ["x"], "extension": "../x"}]}', 'encoders.0.extension'],
    ['{"encoders": [{"name": "a", "command": ["x", "{input}"], "extension": "png"}]}', 'does not mention {output}'],
    ['{"encoders": [{"name": "a", "command": ["x"], "extension": "png", "shell": true}]}', 'shell'],
  ])('%s is refused', (text, message) => {
    expect(() => parseEncoders(text, 'f.json')).toThrow(message);
  });

  test('gives no two encoders one name', () => {
    const two = { name: 'a', command: copy, extension: 'png' };
    expect(() => parseEncoders(JSON.stringify({ encoders: [two, two] }), 'f.json')).toThrow('two encoders named "a"');
  });
});

describe('an encoder', () => {
  test.each(['a$$b.png', 'c$&d.png', 'e$`f.png', '{output}.png'])('gets %s by its name', async (name) => {
    const folder = await temporaryFolder();
    const [input, output] = [join(folder, name), join(folder, 'encoded.png')];
    await writeFile(input, 'content');
    await encodePicture(encoder(copy), input, output);
    expect(await readFile(output, 'utf8')).toBe('content');
  });

  test('gets paths as they are, whatever they contain, and no shell', async () => {
    const folder = await temporaryFolder();
    const [input, output] = [join(folder, 'a b $(touch x) "c.png'), join(folder, 'o;ut.png')];
    await writeFile(input, 'content');
    await encodePicture(encoder(copy), input, output);
    expect(await readFile(output, 'utf8')).toBe('content');
  });

  test.each([
    [['no-such-program', '{input}', '{output}'], 'There is no program "no-such-program"'],
    [[node, '-e', 'console.error("first"); console.error("out of ink"); process.exit(3)', '{input}', '{output}'], 'out of ink'],
    [[node, '-e', '', '{input}', '{output}'], 'wrote nothing'],
  ])('that fails is named: %s', async (command, message) => {
    const folder = await temporaryFolder();
    const failing = encodePicture(encoder(command), join(folder, 'in.png'), join(folder, 'out.png'));
    await expect(failing).rejects.toThrow(message);
    await expect(failing).rejects.toThrow('"x"');
  });
});
