/**
 * Encodes a picture as `antonym compare --encoders` asks, or all pictures of a folder, as a pipeline does:
 * node encode.js FORMAT QUALITY INPUT OUTPUT. FORMAT is avif, jpeg or webp.
 */
import { mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import sharp from 'sharp';

const [format, quality, input, output] = process.argv.slice(2);

if ((await stat(input)).isDirectory()) {
  const files = await readdir(input, { recursive: true });
  for (const file of files.filter((name) => /\.(avif|jpe?g|png|tiff?|webp)$/i.test(name))) {
    await encode(join(input, file), join(output, `${file.slice(0, -extname(file).length)}.${format}`));
  }
} else await encode(input, output);

async function encode(from, to) {
  await mkdir(dirname(to), { recursive: true });
  await sharp(from)
    .autoOrient()
    .toFormat(format, { quality: Number(quality) })
    .toFile(to);
}
