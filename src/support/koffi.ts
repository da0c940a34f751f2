/** koffi, which calls C libraries. It is found when the program runs: its native files cannot become part of a bundle. */
import type Koffi from 'koffi';
import { requireInstalled } from './installed-files.js';

export const koffi = requireInstalled('koffi') as typeof Koffi;
