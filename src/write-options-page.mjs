/** Writes docs/options.md from the built commands: `npm run docs`. */
import { writeFileSync } from 'node:fs';
import { optionsPage } from '../dist/commands/options-page.js';

writeFileSync(new URL('../docs/options.md', import.meta.url), await optionsPage());
