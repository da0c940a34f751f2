/** The frame of every page: one file, pictures included, nothing from the network, no script, light and dark. */
import { html, type Markup } from './markup.js';

export interface PageOptions {
  readonly title: string;
  /** CSS besides `pageStyle`. */
  readonly style: string;
  readonly body: Markup;
}

/** The text of the HTML file. The policy in it holds browsers to the promise that it loads nothing. */
export function page({ title, style, body }: PageOptions): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
${html`<title>${title}</title>`.html}
<style>
${pageStyle}
${style}
</style>
</head>
<body>
${body.html}
</body>
</html>
`;
}

const pageStyle = `* { box-sizing: border-box; }
:root { --text: #1c1c1c; --quiet: #5f5f5f; --page: #ffffff; --line: #dddddd; }
@media screen and (prefers-color-scheme: dark) { :root { --text: #e8e8e8; --quiet: #a6a6a6; --page: #181818; --line: #3a3a3a; } }
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
figure { margin: 0; }
figcaption { font-size: .85rem; padding-top: .2rem; font-variant-numeric: tabular-nums; }`;
