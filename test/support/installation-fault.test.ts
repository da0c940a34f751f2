/** Errors about an installation, as Node.js and the packages word them. */
import { expect, test } from 'vitest';
import { installationFault } from '#antonym/support/installation-fault.js';

const packageless = await import('antonym-has-no-such-package' as string).catch((error: unknown) => error);

test.each([
  ['a package that is not there', packageless, /another system: Cannot find package 'antonym-has-no-such-package'/],
  // the first lines of sharp 0.35 and koffi 3.3 without their libraries
  [
    'sharp',
    new Error('Could not load the "sharp" module using the linux-x64 runtime\nPossible solutions:'),
    /using the linux-x64 runtime\. /,
  ],
  ['koffi', new Error('Cannot find the native Koffi module; did you bundle it correctly?'), /did you bundle it correctly\. Install again/],
])('%s is said in one line', (_, error, message) => {
  expect(installationFault(error)).toMatch(message);
  expect(installationFault(error)).not.toContain('\n');
});

test('other errors are not about it', () => {
  expect(installationFault(new Error('no such file'))).toBeUndefined();
  expect(installationFault(Object.assign(new Error('gone'), { code: 'ENOENT' }))).toBeUndefined();
});
