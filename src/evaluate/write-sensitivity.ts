/** The folder of a measured sensitivity: `sensitivity.json` and its picture, small charts of score against severity by group. */
import { join } from 'node:path';
import sharp from 'sharp';
import { type Drawing, svgFile } from '../charts/drawing.js';
import { lineChart } from '../charts/line-chart.js';
import { smallMultiples } from '../charts/small-multiples.js';
import { distortionGroups } from '../degrade/distortion.js';
import { counted } from '../support/counted.js';
import { writeContent } from '../support/files/write-content.js';
import { sealJson } from '../support/sealed-json.js';
import type { Sensitivity } from './sensitivity.js';

export type MeasuredSensitivity = Omit<Sensitivity, 'files'>;

const files = { chartSvg: 'sensitivity.svg', chartPng: 'sensitivity.png' };

/** Writes everything but the folder itself, which must exist. */
export async function writeSensitivity(folder: string, measured: MeasuredSensitivity): Promise<void> {
  const svg = svgFile(sensitivityChart(measured));
  await writeContent(join(folder, files.chartSvg), svg);
  await writeContent(join(folder, files.chartPng), await sharp(Buffer.from(svg), { density: 108 }).png().toBuffer());
  const result: Sensitivity = { ...measured, files };
  await writeContent(join(folder, 'sensitivity.json'), sealJson(result, 2));
}

/** A row of small charts for each group; all have the same axes, so that steep and flat can be compared. */
function sensitivityChart({ data, levels, measures }: MeasuredSensitivity): Drawing {
  const spreads = measures.flatMap(({ distortions }) => distortions.flatMap((distortion) => distortion.levels));
  const low = spreads.reduce((least, { mean, p25 }) => Math.min(least, mean, p25), 1);
  const high = spreads.reduce((most, { mean, p75 }) => Math.max(most, mean, p75), 0);
  const names = measures.map(({ name }) => name);
  const rows = distortionGroups.flatMap((group) => {
    const own = measures[0]!.distortions.filter((distortion) => distortion.group === group);
    if (own.length === 0) return [];
    const panels = own.map(({ name }) => {
      const lines = measures.map((measure) => ({
        name: measure.name,
        levels: measure.distortions.find((distortion) => distortion.name === name)!.levels,
      }));
      return lineChart({
        title: name,
        description: `Mean score at each level of ${name}; the area is the middle half of the images.`,
        x: { label: '', domain: [0, levels], ticks: levels },
        y: { label: '', domain: [low, high], ticks: 4 },
        series: lines.map((line) => ({
          name: line.name,
          points: line.levels.map(({ level, mean }) => [level, mean] as const),
          band: line.levels.map(({ level, p25, p75 }) => [level, p25, p75] as const),
        })),
        legend: false,
        width: 220,
        height: 150,
      });
    });
    return [smallMultiples({ title: group, description: `Distortions of the group ${group}.`, panels, columns: panels.length })];
  });
  const width = Math.max(...rows.map((row) => row.width));
  return smallMultiples({
    title: `Mean score against severity: ${counted(data.images, 'image')} of ${data.name}, level 0 is pristine`,
    description: `A row for each group of distortions, a chart for each distortion: mean score at level 0 to ${levels}.`,
    // A group with few distortions leaves room at its right.
    panels: rows.map((row) => ({ ...row, width })),
    columns: 1,
    legend: names.length > 1 ? names : [],
  });
}
