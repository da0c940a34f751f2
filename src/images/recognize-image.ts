/** Recognizes a file by its first bytes, so that errors can name the format of a file that no decoder accepts. */

/** Supported kinds. */
export type ImageKind = 'jpeg' | 'png' | 'webp' | 'tiff' | 'heif' | 'bmp';

export type Recognized =
  | { readonly kind: ImageKind }
  /** `is` stands before ", not JPEG, ..."; `advice` says what to do. */
  | { readonly kind: 'other'; readonly is: string; readonly advice?: string }
  | { readonly kind: 'raw'; readonly is: string }
  /** `but` says what it is instead of a picture, and what to do. */
  | { readonly kind: 'unknown'; readonly but?: string };

/** Bytes that `recognizeImage` looks at. */
export const recognizedLength = 1024;

export const formatNames = 'JPEG, PNG, WebP, TIFF, AVIF or BMP';

const convert = 'convert it to JPEG or PNG';
const exportFrame = 'export a frame of it as JPEG or PNG';

/** First bytes of files, as Latin-1 text. */
const signatures: readonly (readonly [start: string, recognized: Recognized])[] = [
  ['\xff\xd8\xff', { kind: 'jpeg' }],
  ['\x89PNG\r\n\x1a\n', { kind: 'png' }],
  ['BM', { kind: 'bmp' }],
  ['FUJIFILMCCD-RAW', { kind: 'raw', is: 'a camera raw file of Fujifilm (RAF)' }],
  ['IIRO', { kind: 'raw', is: 'a camera raw file of Olympus (ORF)' }],
  ['IIRS', { kind: 'raw', is: 'a camera raw file of Olympus (ORF)' }],
  ['MMOR', { kind: 'raw', is: 'a camera raw file of Olympus (ORF)' }],
  ['IIU\0', { kind: 'raw', is: 'a camera raw file of Panasonic (RW2)' }],
  ['FOVb', { kind: 'raw', is: 'a camera raw file of Sigma (X3F)' }],
  ['\0MRM', { kind: 'raw', is: 'a camera raw file of Minolta (MRW)' }],
  ['II\x1a\0\0\0HEAPCCDR', { kind: 'raw', is: 'a camera raw file of Canon (CRW)' }],
  ['II*\0', { kind: 'tiff' }],
  ['MM\0*', { kind: 'tiff' }],
  ['II+\0', { kind: 'tiff' }],
  ['MM\0+', { kind: 'tiff' }],
  ['GIF8', { kind: 'other', is: 'GIF', advice: exportFrame }],
  ['\xff\x0a', { kind: 'other', is: 'JPEG XL', advice: convert }],
  ['\0\0\0\x0cJXL \r\n\x87\n', { kind: 'other', is: 'JPEG XL', advice: convert }],
  ['\0\0\0\x0cjP  \r\n\x87\n', { kind: 'other', is: 'JPEG 2000', advice: convert }],
  ['\xff\x4f\xff\x51', { kind: 'other', is: 'JPEG 2000', advice: convert }],
  ['\xff\xd8', { kind: 'jpeg' }],
  ['II\xbc\x01', { kind: 'other', is: 'JPEG XR', advice: convert }],
  ['8BPS', { kind: 'other', is: 'a document of Photoshop (PSD)', advice: 'export it as PNG' }],
  ['gimp xcf', { kind: 'other', is: 'a document of GIMP (XCF)', advice: 'export it as PNG' }],
  ['v/1\x01', { kind: 'other', is: 'OpenEXR, whose light has no white', advice: 'develop it into an 8-bit or 16-bit picture' }],
  ['#?RADIANCE', { kind: 'other', is: 'Radiance HDR, whose light has no white', advice: 'develop it into an 8-bit or 16-bit picture' }],
  ['#?RGBE', { kind: 'other', is: 'Radiance HDR, whose light has no white', advice: 'develop it into an 8-bit or 16-bit picture' }],
  ['SIMPLE  =', { kind: 'other', is: 'FITS', advice: convert }],
  ['DICM', { kind: 'other', is: 'DICOM', advice: convert }],
  ['qoif', { kind: 'other', is: 'QOI', advice: convert }],
  ['\x89PNG\n\x1a\n', { kind: 'unknown', but: 'a PNG whose line ends were changed, as by a transfer as text: copy it again' }],
  ['\x89PNG\r\r\n', { kind: 'unknown', but: 'a PNG whose line ends were changed, as by a transfer as text: copy it again' }],
  ['BPG\xfb', { kind: 'other', is: 'BPG', advice: convert }],
  ['FLIF', { kind: 'other', is: 'FLIF', advice: convert }],
  ['farbfeld', { kind: 'other', is: 'farbfeld', advice: convert }],
  ['\x8aMNG', { kind: 'other', is: 'MNG', advice: exportFrame }],
  ['\x8bJNG', { kind: 'other', is: 'JNG', advice: convert }],
  ['icns', { kind: 'other', is: 'an icon of Apple (ICNS)', advice: convert }],
  ['\x01\xda', { kind: 'other', is: 'SGI', advice: convert }],
  ['\x59\xa6\x6a\x95', { kind: 'other', is: 'a raster of Sun', advice: convert }],
  ['/* XPM */', { kind: 'other', is: 'XPM', advice: convert }],
  ['\xabKTX ', { kind: 'other', is: 'a texture (KTX)', advice: convert }],
  ['\x13\xab\xa1\x5c', { kind: 'other', is: 'a texture (ASTC)', advice: convert }],
  ['\xd7\xcd\xc6\x9a', { kind: 'other', is: 'a drawing of Windows (WMF)', advice: 'export it as PNG' }],
  ['\0\x05\x16\x07', { kind: 'unknown', but: 'what macOS keeps beside a file (AppleDouble): take the file itself' }],
  ['\0\x05\x16\0', { kind: 'unknown', but: 'what macOS keeps beside a file (AppleSingle): take the file itself' }],
  ['L\0\0\0\x01\x14\x02\0', { kind: 'unknown', but: 'a shortcut of Windows: take the file that it leads to' }],
  ['\x93NUMPY', { kind: 'unknown', but: 'an array of NumPy: save it as PNG' }],
  ['\x80\x04', { kind: 'unknown', but: 'a pickle of Python: save the picture in it as PNG' }],
  ['data:image/', { kind: 'unknown', but: 'a data: URL as text: save the picture itself' }],
  ['iVBORw0KGgo', { kind: 'unknown', but: 'a picture as base64 text: decode it' }],
  ['/9j/', { kind: 'unknown', but: 'a picture as base64 text: decode it' }],
  ['FLV\x01', { kind: 'other', is: 'a film (Flash)', advice: exportFrame }],
  ['\x30\x26\xb2\x75', { kind: 'other', is: 'a film (Windows Media)', advice: exportFrame }],
  ['\0\0\x01\xba', { kind: 'other', is: 'a film (MPEG)', advice: exportFrame }],
  ['\0\0\x01\xb3', { kind: 'other', is: 'a film (MPEG)', advice: exportFrame }],
  ['DDS ', { kind: 'other', is: 'a DirectDraw texture (DDS)', advice: convert }],
  // Targa: no comment, no palette or one, the kind of pixels; a cursor has the number of its pictures where Targa has zeros
  ...['\0\0\x02\0\0\0', '\0\0\x03\0\0\0', '\0\0\x0a\0\0\0', '\0\0\x0b\0\0\0', '\0\x01\x01\0\0', '\0\x01\x09\0\0'].map(
    (start): readonly [string, Recognized] => [start, { kind: 'other', is: 'Targa (TGA)', advice: convert }],
  ),
  ['\0\0\x02\0', { kind: 'other', is: 'a cursor (CUR)', advice: convert }],
  ['\0\0\x01\0', { kind: 'other', is: 'an icon (ICO)', advice: convert }],
  ['\x0a\x05\x01\x08', { kind: 'other', is: 'PCX', advice: convert }],
  // what follows in the header of a bitmap: its length, 40 or 124, before width and height
  ['\x28\0\0\0', { kind: 'other', is: 'a bitmap without its file header (DIB)', advice: convert }],
  ['\x7c\0\0\0', { kind: 'other', is: 'a bitmap without its file header (DIB)', advice: convert }],
  ['%PDF', { kind: 'other', is: 'PDF', advice: 'export the picture as JPEG or PNG' }],
  ['%!PS', { kind: 'other', is: 'PostScript', advice: 'export the picture as PNG' }],
  ['PK\x03\x04', { kind: 'other', is: 'a zip archive', advice: 'unpack it' }],
  ['\x1f\x8b', { kind: 'other', is: 'a gzip archive', advice: 'unpack it' }],
  ['7z\xbc\xaf', { kind: 'other', is: 'a 7z archive', advice: 'unpack it' }],
  ['Rar!', { kind: 'other', is: 'a rar archive', advice: 'unpack it' }],
  ['\x1aE\xdf\xa3', { kind: 'other', is: 'a film (Matroska)', advice: exportFrame }],
  ['version https://git-lfs', { kind: 'other', is: 'a pointer of Git LFS', advice: 'fetch the file with git lfs pull' }],
];

/** Brands of ISO media files (ISO/IEC 14496-12), in order of precedence. */
const brands: readonly (readonly [pattern: RegExp, recognized: Recognized])[] = [
  [/^crx /, { kind: 'raw', is: 'a camera raw file of Canon (CR3)' }],
  [/^(avif|avis|heic|heix|hevc|hevx|heim|heis|hevm|hevs|mif1|mif2|msf1|miaf|1pic|jpeg|j2ki|avci|avcs|vvic)/, { kind: 'heif' }],
  [/^jp[2xm] /, { kind: 'other', is: 'JPEG 2000', advice: convert }],
  [/^/, { kind: 'other', is: 'a film', advice: exportFrame }],
];

/**
 * Recognizes a file.
 * @param head its beginning, `recognizedLength` bytes where it has as many.
 */
export function recognizeImage(head: Uint8Array): Recognized {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, recognizedLength)).toString('latin1');
  const found = signatures.find(([start]) => text.startsWith(start));
  if (found !== undefined) return found[1];
  if (/^RIFF....WEBP/s.test(text)) return { kind: 'webp' };
  if (/^RIFF....AVI /s.test(text)) return { kind: 'other', is: 'a film (AVI)', advice: exportFrame };
  if (text.slice(128, 132) === 'DICM') return { kind: 'other', is: 'DICOM', advice: convert };
  if (text.slice(4, 8) === 'ftyp') return brands.find(([pattern]) => pattern.test(text.slice(8, 12)))![1];
  if (/^(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)?(<!doctype svg[^>]*>\s*)?<svg[\s>]/i.test(text)) {
    return { kind: 'other', is: 'SVG', advice: 'a drawing has no pixels, export it as PNG' };
  }
  if (/^(\xef\xbb\xbf)?\s*(<!--[\s\S]*?-->\s*)?<(!doctype html|html|head|body)[\s>]/i.test(text)) {
    return { kind: 'unknown', but: 'a page of HTML: download the picture itself' };
  }
  if (/^(P[1-7]|P[Ff]4?)\s/.test(text)) return { kind: 'other', is: 'a Netpbm picture (PNM)', advice: convert };
  if (text.slice(40, 44) === ' EMF') return { kind: 'other', is: 'a drawing of Windows (EMF)', advice: 'export it as PNG' };
  if (/^(\xef\xbb\xbf)?\s*[{[]\s*["{[\]}\d]/.test(text))
    return { kind: 'unknown', but: 'JSON, perhaps the answer of a server: download the picture itself' };
  if (/^(\xef\xbb\xbf)?\s*<\?xml/.test(text))
    return { kind: 'unknown', but: 'XML, perhaps the answer of a server: download the picture itself' };
  if (/^\0+$/.test(text)) return { kind: 'unknown', but: 'zeros, as an interrupted download or copy leaves them: copy it again' };
  if (/^[\t\n\r\x20-\x7e]+\0*$/.test(text)) return { kind: 'unknown', but: 'text' };
  return { kind: 'unknown' };
}
