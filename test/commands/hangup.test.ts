import { expect, test } from 'vitest';
import { isHangupIgnored } from '#antonym/commands/hangup.js';

test.skipIf(process.platform !== 'linux')('the shell tells of nohup where its own traces are missing', () => {
  expect(isHangupIgnored({ _: '/usr/bin/nohup' })).toBe(true);
  expect(isHangupIgnored({ _: 'nohup' })).toBe(true);
  expect(isHangupIgnored({ _: '/usr/bin/node' })).toBe(isHangupIgnored({}));
});
