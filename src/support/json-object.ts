/** Objects in JSON from outside whose keys are not known beforehand. */
import { z } from 'zod';

/** An object with any keys; lists and null are none. */
export const jsonObject = z.record(z.string(), z.unknown());

/** The same, or an empty one in the place of anything else. */
export const jsonObjectOrEmpty = jsonObject.catch({});
