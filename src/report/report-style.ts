/** The style of reports of runs, besides the style that all pages share. */
import { chartStyle } from '../charts/chart-style.js';

export const reportStyle = `main > section > p, header > p { max-width: 48rem; }
header > p { color: var(--text); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .4rem 1.2rem; margin: .8rem 0; max-width: 70rem; }
.figures div { border-top: 2px solid var(--line); padding-top: .3rem; }
.figures dt { color: var(--quiet); font-size: .85rem; }
.figures dd { margin: 0; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
.problem { border-left: 4px solid #c8470a; padding-left: .6rem; color: var(--text); overflow-wrap: anywhere; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1.2rem; margin: .8rem 0; }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(10rem, 1fr)); gap: .4rem .8rem; margin: .8rem 0; }
.chart { display: block; width: 100%; height: auto; max-width: 32rem; }
.key { max-width: 60rem; }
${chartStyle}
.scroll { overflow-x: auto; margin: .6rem 0; }
table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--quiet); padding-bottom: .2rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .9rem .25rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
th[scope=row] { font-weight: 400; }
td { overflow-wrap: anywhere; min-width: 3rem; max-width: 34rem; }
.number { text-align: right; white-space: nowrap; }
.quiet { color: var(--quiet); }
code { font: .92em ui-monospace, monospace; overflow-wrap: anywhere; }
details { margin: .6rem 0; }
summary { cursor: pointer; color: var(--quiet); }
img { max-width: 100%; height: auto; vertical-align: top; }
.crops { display: flex; flex-wrap: wrap; gap: .8rem 1rem; margin: .5rem 0 1rem; }
.crops figure { width: 8.5rem; }
figcaption { overflow-wrap: anywhere; }
.strips { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 1.1rem; margin: .5rem 0 1rem; }
.strip img { display: block; width: 100%; }
.strip > div { max-width: 48rem; }
.levels { display: grid; grid-auto-flow: column; grid-auto-columns: 1fr; font-size: .8rem; text-align: center; font-variant-numeric: tabular-nums; }
.wide img { max-width: min(100%, 60rem); }
footer { padding: 1.5rem 1rem; color: var(--quiet); font-size: .85rem; }
@media print {
  nav { display: none; }
  h2, h3 { break-after: avoid; }
  .chart, figure, tr { break-inside: avoid; }
  details > summary { display: none; }
  .scroll { overflow: visible; }
}`;
