/**
 * Property tests try the same values every time, so that a change is never refused for a fault that was there before it. To look further:
 * `PROPERTY_RUNS=20000 PROPERTY_SEED=$RANDOM npx vitest run`. A failure prints its seed.
 */
import fc from 'fast-check';

const { PROPERTY_SEED = '2024', PROPERTY_RUNS = '100' } = process.env;
fc.configureGlobal({ seed: Number(PROPERTY_SEED), numRuns: Number(PROPERTY_RUNS) });
