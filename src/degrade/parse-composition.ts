/** Compositions read from manifests. Apart from `composition.ts`: the threads that make pairs need no zod, a hundred modules in each. */
import { z } from 'zod';
import { UserError } from '../support/errors.js';
import { suggestName } from '../support/nearest-name.js';
import { type Composition, parseDistortionNames } from './composition.js';
import { type DistortionName, distortions } from './distortions/table.js';
import { severitiesOf } from './published-severities.js';

const compositionSchema = z.strictObject({
  severity: z.literal('kadid').optional(),
  distortions: z.array(z.strictObject({ name: z.string(), parameters: z.record(z.string(), z.number()) })).min(1),
});

/**
 * A composition from a manifest.
 * @throws UserError for anything `sampleComposition` cannot make, except that one group may have several distortions
 */
export function parseComposition(json: unknown): Composition {
  const parsed = compositionSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new UserError(`The composition is not valid: ${issue?.path.join('.') || 'top level'}: ${issue?.message ?? 'unknown'}.`);
  }
  return {
    ...(parsed.data.severity && { severity: parsed.data.severity }),
    distortions: parsed.data.distortions.map(({ name, parameters }) => {
      const [known] = parseDistortionNames([name]) as [DistortionName];
      const declared = distortions[known].parameters;
      for (const key of Object.keys(parameters)) {
        if (!Object.hasOwn(declared, key))
          throw new UserError(`"${known}" has no parameter "${key}".${suggestName(key, Object.keys(declared))}`);
      }
      for (const [key, parameter] of Object.entries(declared)) {
        const value = parameters[key];
        if (value === undefined) throw new UserError(`"${known}" needs its parameter "${key}" (${parameter.about}).`);
        if (!parameter.accepts(value)) throw new UserError(`"${known}" cannot take ${key} ${value}: expected ${parameter.about}.`);
      }
      severitiesOf(known, parsed.data.severity);
      return { name: known, parameters };
    }),
  };
}
