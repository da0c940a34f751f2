/** Presets of backbones as defaults of the options of training. */
import { isOnnxFile, onnxPreset, type Preset, type PresetValues } from '../backbones/preset.js';
import { backbones } from '../backbones/registry.js';

/** @returns undefined when the defaults suit, as for `clip-tiny`, and for unknown names */
export function presetOf(backbone: string): Preset | undefined {
  return isOnnxFile(backbone) ? onnxPreset : backbones.find(({ name }) => name === backbone)?.preset;
}

/** An option's values from presets, and their description: `for clip-rn* 224`. */
export function fromPresets<Key extends keyof PresetValues>(
  key: Key,
): { readonly text: string; of(inputs: { readonly backbone: string }): PresetValues[Key]['value'] | undefined } {
  return {
    get text() {
      const families = new Map<unknown, Set<string>>();
      for (const { family, values } of [onnxPreset, ...backbones.flatMap(({ preset }) => preset ?? [])]) {
        const { value } = values[key];
        families.set(value, (families.get(value) ?? new Set()).add(family));
      }
      return [...families].map(([value, own]) => `for ${[...own].join(', ')} ${value}`).join(', ');
    },
    of: ({ backbone }) => presetOf(backbone)?.values[key].value,
  };
}
