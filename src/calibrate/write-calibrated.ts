/** Writes the folder of a calibrated model: a copy of the ONNX file with the opinion added, and everything that says so. */
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ModelDescription, toMetadata } from '../export/model-description.js';
import { dataName, descriptionName, modelCardName, modelName } from '../export/model-files.js';
import { systemCodeOf } from '../support/errors.js';
import { writeFolderAtomically } from '../support/files/atomic-folder.js';
import { hashFile, hashFiles } from '../support/files/hash-files.js';
import { writeContent } from '../support/files/write-content.js';
import { sealJson } from '../support/sealed-json.js';
import { sealMarkdown } from '../support/sealed-markdown.js';
import { addOpinion } from './add-opinion.js';
import { calibratedCard } from './calibrated-card.js';
import { type CalibrationFile, calibrationName } from './calibration-file.js';

/** The description of a model once it is calibrated: its method says so first. */
export function calibratedDescription(
  { files: _, ...base }: ModelDescription,
  opinion: NonNullable<ModelDescription['opinion']>,
): ModelDescription {
  return { ...base, method: `calibrated with ${opinion.images} opinions of ${opinion.name}; ${base.method}`, opinion };
}

/**
 * @param modelPath the ONNX file of the model without opinions
 * @throws UserError when the folder is not free or cannot be written.
 */
export async function writeCalibrated(
  folder: string,
  modelPath: string,
  description: ModelDescription,
  calibration: CalibrationFile,
): Promise<void> {
  const model = addOpinion(await readFile(modelPath), description.opinion!.map, toMetadata(description));
  await writeFolderAtomically(folder, async (temporary) => {
    await writeContent(join(temporary, modelName), model);
    await copyFile(`${modelPath}.data`, join(temporary, dataName)).catch((error) => {
      if (systemCodeOf(error) !== 'ENOENT') throw error;
    });
    const files = await hashFiles(temporary);
    await writeContent(join(temporary, calibrationName), sealJson(calibration, 2));
    files.push(await hashFile(temporary, calibrationName));
    await writeContent(join(temporary, descriptionName), sealJson({ ...description, files }, 2));
    await writeContent(join(temporary, modelCardName), sealMarkdown(calibratedCard(description, await hashFiles(temporary))));
  });
}
