/** The gallery of distortions as one HTML file: pictures included, nothing from the network, no script. */
import sharp from 'sharp';
import type { Image } from '../datasets/image.js';
import { distortionGroups } from '../degrade/distortion.js';
import { distortions } from '../degrade/distortions/table.js';
import type { GalleryCell, GalleryRow } from '../degrade/gallery.js';
import { escapeHtml } from '../support/escape-html.js';

export interface GalleryPageOptions {
  /** Whose picture it is: a file's name. */
  readonly title: string;
  /** What was done, in a sentence. */
  readonly about: string;
  /** Not empty; made from `pristine`. */
  readonly rows: readonly GalleryRow[];
  readonly pristine: Image;
}

/** The page's text. Pictures are lossless WebP, so that every artefact is the distortion's. */
export async function galleryPage({ title, about, rows, pristine }: GalleryPageOptions): Promise<string> {
  const groups = distortionGroups.filter((group) => rows.some(({ name }) => distortions[name].group === group));
  const sections: string[] = [];
  for (const group of groups) {
    const parts: string[] = [];
    for (const row of rows) if (distortions[row.name].group === group) parts.push(await rowHtml(row));
    sections.push(`<section id="${group}">\n<h2>${groupTitle(group)}</h2>\n${parts.join('\n')}\n</section>`);
  }
  const { width, height } = pristine;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>Distortions of ${escapeHtml(title)}</title>
<style>
:root { --pristine: url("${await dataUri(pristine)}"); --width: ${width}px; --height: ${height}px; }
${style}
</style>
</head>
<body>
<header>
<h1>Distortions of ${escapeHtml(title)}</h1>
<p>${escapeHtml(about)} Press a picture to see the pristine one in its place.</p>
</header>
<nav aria-label="Groups">${groups.map((group) => `<a href="#${group}">${groupTitle(group)}</a>`).join('')}</nav>
<main>
${sections.join('\n')}
</main>
</body>
</html>
`;
}

async function rowHtml({ name, cells }: GalleryRow): Promise<string> {
  const pictures = await Promise.all(cells.map((cell) => cellHtml(name, cell)));
  const pristine = '<figure><div class="tile" role="img" aria-label="pristine"></div><figcaption><b>pristine</b></figcaption></figure>';
  return `<article id="${name}">
<h3><a href="#${name}">${name}</a></h3>
<p>Strength: ${escapeHtml(distortions[name].strength)}.</p>
<div class="levels" tabindex="0" aria-label="${name}, levels">${pristine}${pictures.join('')}</div>
</article>`;
}

async function cellHtml(name: string, { level, strength, image, psnr, ssim }: GalleryCell): Promise<string> {
  const measured = Number.isFinite(psnr) ? `PSNR ${psnr.toFixed(1)} dB, SSIM ${ssim.toFixed(3)}` : 'no pixel changed';
  const picture = `<img alt="${name}, level ${level}" width="${image.width}" height="${image.height}" src="${await dataUri(image)}">`;
  const caption = `<b>level ${level}</b> strength ${Number(strength.toPrecision(3))}<br>${measured}`;
  return `<figure><div class="tile">${picture}</div><figcaption>${caption}</figcaption></figure>`;
}

async function dataUri({ data, width, height }: Image): Promise<string> {
  const webp = await sharp(data, { raw: { width, height, channels: 3 } })
    .webp({ lossless: true, effort: 2 })
    .toBuffer();
  return `data:image/webp;base64,${webp.toString('base64')}`;
}

/** `Sharpness and contrast` */
function groupTitle(group: string): string {
  return group.charAt(0).toUpperCase() + group.slice(1).replaceAll('-', ' and ');
}

const style = `* { box-sizing: border-box; }
:root { --text: #1c1c1c; --quiet: #5f5f5f; --page: #ffffff; --line: #dddddd; }
@media (prefers-color-scheme: dark) { :root { --text: #e8e8e8; --quiet: #a6a6a6; --page: #181818; --line: #3a3a3a; } }
html { scroll-padding-top: 3.5rem; }
body { margin: 0; font: 15px/1.45 system-ui, sans-serif; color: var(--text); background: var(--page); }
header, main { padding: 0 1rem; }
h1 { font-size: 1.4rem; margin: 1rem 0 .3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2rem 0 0; }
h3 { font-size: 1rem; margin: 1.2rem 0 0; }
h3 a { color: inherit; text-decoration: none; }
p { margin: .1rem 0 .6rem; color: var(--quiet); max-width: 70rem; }
nav { position: sticky; top: 0; z-index: 1; display: flex; gap: 1.2rem; overflow-x: auto; padding: .7rem 1rem;
  background: var(--page); border-bottom: 1px solid var(--line); white-space: nowrap; }
nav a { color: inherit; }
.levels { display: flex; gap: 8px; overflow-x: auto; padding-bottom: .4rem; }
figure { flex: none; width: max(var(--width), 11rem); margin: 0; }
.tile { width: var(--width); height: var(--height); background: var(--pristine); }
.tile img { display: block; -webkit-user-drag: none; user-select: none; }
.tile:active img { opacity: 0; }
figcaption { font-size: .85rem; padding-top: .2rem; font-variant-numeric: tabular-nums; }`;
