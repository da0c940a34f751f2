/** Variants of an encoder: commands that turn a picture into a file, read from JSON and run without a shell. */
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { asSentence, messageOf, systemCodeOf, UserError } from '../support/errors.js';

const encoder = z.strictObject({
  /** Shown in tables: `avif q50`. */
  name: z.string().trim().min(1).max(80),
  /** Variants of one series are joined by a line in the chart: `avif`; default: the name. */
  series: z.string().trim().min(1).max(80).optional(),
  /** Program and arguments; `{input}` and `{output}` stand for paths. */
  command: z.array(z.string()).min(1).max(100),
  /** Extension of the file that the command writes: `.avif`. */
  extension: z.string().regex(/^\.?[A-Za-z0-9]{1,10}$/, 'expected a file extension such as .avif'),
});

const encodersFile = z.strictObject({ encoders: z.array(encoder).min(1).max(200) });

export interface Encoder {
  readonly name: string;
  readonly series: string;
  readonly command: readonly string[];
  /** With the dot. */
  readonly extension: string;
}

/** A command may take this long for one picture, milliseconds. */
const timeout = 10 * 60_000;
const largestOutput = 2 ** 20;

/**
 * Reads the text of a file of encoders: `{"encoders": [{"name": "avif q50", "command": ["avifenc", "-q", "50", "{input}", "{output}"], "extension": ".avif"}]}`.
 * @param path for messages
 * @throws UserError when it is not one, or a name stands for two encoders.
 */
export function parseEncoders(text: string, path: string): Encoder[] {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw new UserError(`${path} is not JSON: ${messageOf(error).slice(0, 200)}.`);
  }
  const { data, error } = encodersFile.safeParse(json);
  if (data === undefined) {
    const [issue] = error.issues;
    throw new UserError(`${path} does not describe encoders: ${issue!.path.join('.') || 'the file'}: ${issue!.message}.`);
  }
  const names = data.encoders.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UserError(`${path} has two encoders named "${twice}". Give each a name of its own.`);
  for (const { name, command } of data.encoders) {
    for (const place of ['{input}', '{output}']) {
      if (!command.some((argument) => argument.includes(place)))
        throw new UserError(`The command of "${name}" in ${path} does not mention ${place}.`);
    }
  }
  return data.encoders.map(({ name, series = name, command, extension }) => ({
    name,
    series,
    command,
    extension: extension.startsWith('.') ? extension : `.${extension}`,
  }));
}

/**
 * Encodes one picture.
 * @throws UserError when the command fails, takes over ten minutes, or writes no file.
 */
export async function encodePicture({ name, command }: Encoder, input: string, output: string): Promise<void> {
  // by a function: a text would have its own $ and {output} replaced
  const [program, ...rest] = command.map((argument) =>
    argument.replaceAll(/\{(input|output)\}/g, (place) => (place === '{input}' ? input : output)),
  );
  try {
    await promisify(execFile)(program!, rest, { timeout, maxBuffer: largestOutput });
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n').at(-1) : '';
    const reason = systemCodeOf(error) === 'ENOENT' ? `There is no program "${program}".` : said || messageOf(error).split('\n')[0];
    throw new UserError(`The encoder "${name}" failed on ${input}: ${asSentence(reason!)}`, { cause: error });
  }
  const size = await stat(output).then(
    ({ size }) => size,
    () => 0,
  );
  if (size === 0) throw new UserError(`The encoder "${name}" wrote nothing to {output} for ${input}.`);
}
