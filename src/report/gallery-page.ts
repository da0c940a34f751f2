/** The gallery of distortions as one HTML file. */

import { distortionGroups } from '../degrade/distortion.js';
import { distortions } from '../degrade/distortions/table.js';
import type { GalleryCell, GalleryRow } from '../degrade/gallery.js';
import type { Image } from '../images/image.js';
import { imageUri } from './image-uri.js';
import { html, type Markup } from './markup.js';
import { page } from './page.js';

export interface GalleryPageOptions {
  /** Whose picture it is: a file's name. */
  readonly title: string;
  /** The distortion in a sentence. */
  readonly about: string;
  /** Not empty; made from `pristine`. */
  readonly rows: readonly GalleryRow[];
  readonly pristine: Image;
}

/** The page's text. Pictures are lossless WebP, so that every artifact is the distortion's. */
export async function galleryPage({ title, about, rows, pristine }: GalleryPageOptions): Promise<string> {
  const groups = distortionGroups.filter((group) => rows.some(({ name }) => distortions[name].group === group));
  const sections: Markup[] = [];
  for (const group of groups) {
    const parts: Markup[] = [];
    for (const row of rows) if (distortions[row.name].group === group) parts.push(await galleryRow(row));
    sections.push(html`<section id="${group}">\n<h2>${groupTitle(group)}</h2>\n${parts}</section>\n`);
  }
  const { width, height } = pristine;
  return page({
    title: `Distortions of ${title}`,
    style: `:root { --pristine: url("${await imageUri(pristine)}"); --width: ${width}px; --height: ${height}px; }\n${style}`,
    body: html`<header>
<h1>Distortions of ${title}</h1>
<p>${about} Press a picture to see the pristine one in its place.</p>
</header>
<nav aria-label="Groups">${groups.map((group) => html`<a href="#${group}">${groupTitle(group)}</a>`)}</nav>
<main>
${sections}</main>`,
  });
}

async function galleryRow({ name, cells }: GalleryRow): Promise<Markup> {
  const pictures = await Promise.all(cells.map((cell) => galleryCell(name, cell)));
  const pristine = html`<figure><div class="tile" role="img" aria-label="pristine"></div><figcaption><b>pristine</b></figcaption></figure>`;
  return html`<article id="${name}">
<h3><a href="#${name}">${name}</a></h3>
<p>Strength: ${distortions[name].strength}.</p>
<div class="levels" tabindex="0" aria-label="${name}, levels">${pristine}${pictures}</div>
</article>
`;
}

async function galleryCell(name: string, { level, strength, image, psnr, ssim }: GalleryCell): Promise<Markup> {
  const measured = Number.isFinite(psnr) ? `PSNR ${psnr.toFixed(1)} dB, SSIM ${ssim.toFixed(3)}` : 'no pixel changed';
  const picture = html`<img alt="${name}, level ${level}" width="${image.width}" height="${image.height}" src="${await imageUri(image)}">`;
  const caption = html`<b>level ${level}</b> strength ${Number(strength.toPrecision(3))}<br>${measured}`;
  return html`<figure><div class="tile">${picture}</div><figcaption>${caption}</figcaption></figure>`;
}

/** `Sharpness and contrast` */
function groupTitle(group: string): string {
  return group.charAt(0).toUpperCase() + group.slice(1).replaceAll('-', ' and ');
}

const style = `.levels { display: flex; gap: 8px; overflow-x: auto; padding-bottom: .4rem; }
figure { flex: none; width: max(var(--width), 11rem); }
.tile { width: var(--width); height: var(--height); background: var(--pristine); }
.tile img { display: block; -webkit-user-drag: none; user-select: none; }
.tile:active img { opacity: 0; }`;
