/** Encodes a picture as `antonym compare --encoders` asks: node encode.js FORMAT QUALITY INPUT OUTPUT. */
import sharp from 'sharp';

const [format, quality, input, output] = process.argv.slice(2);
await sharp(input)
  .autoOrient()
  .toFormat(format, { quality: Number(quality) })
  .toFile(output);
