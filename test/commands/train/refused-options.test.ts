/** Options of `train` that are wrong are refused in one clear line. */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { expectRefused } from '../expect-refused.js';
import { copyShortRun, tiny } from './reference-run.js';

const folder = await temporaryFolder();
const refused = (flags: readonly string[], message: RegExp) => expectRefused(['train', ...flags], message, folder);

beforeAll(async () => {
  await copyShortRun(folder);
  await mkdir(join(folder, 'empty'));
  await mkdir(join(folder, 'one'));
  await copyFile(join(folder, 'photos', '00.png'), join(folder, 'one', '00.png'));
  await mkdir(join(folder, 'broken'));
  for (const name of ['a.png', 'b.png']) await copyFile(join(folder, 'photos', 'x0.png'), join(folder, 'broken', name));
  await writeFile(join(folder, 'wrong-key.json'), '{"levles": 3}');
  await writeFile(join(folder, 'not.json'), 'levels: 3');
});

test.for<[flags: string[], message: RegExp]>([
  [['--levels', '1'], /--levels must be a whole number from 2 to \d+, but received 1\.$/],
  [['--crop', '51'], /--crop must be a multiple of 2 .*received 51\.$/],
  [['--crop'], /--crop PIXELS.*missing/],
  [['--levle', '3'], /Unknown option --levle\. Did you mean "--levels"\?/],
  [['--steps', 'many'], /--steps must be a whole number.*received many/],
  [['--warmup-steps', '20', '--steps', '10'], /--warmup-steps must be at most --steps/],
  [['photos'], /Too many arguments/],
  [['--config', 'wrong-key.json'], /Unknown option "levles" in wrong-key\.json\. Did you mean "levels"\?/],
  [['--config', 'not.json'], /not\.json is not JSON/],
  [['--config', 'nowhere.json'], /Cannot read nowhere\.json: it does not exist/],
  [['--config', 'photos'], /photos: it is a folder, not a file/],
  [['--resume', 'referense'], /There is no run "referense".*Did you mean "reference"\?/],
  [['--resume', 'reference', '--run', 'new'], /--run names a new run and --resume an existing one/],
  [['--run', '../outside'], /A run's name must be/],
  [['--data', 'empty'], /No image in .*empty/],
  [['--data', 'photoss'], /no dataset and no folder named "photoss"/],
  [['--data', 'wrong-key.json'], /wrong-key\.json is a file; a folder of images is needed/],
  [['--data', 'one', '--crop', '32'], /at least two images/],
  [['--data', 'broken', '--crop', '32'], /The only held-out image cannot be used; for example: .*broken/],
  [['--backbone', 'weights.pth'], /Weights in a file go with --weights, an encoder of its own is an \.onnx file\./],
  [['--backbone', 'clip-tny'], /Unknown backbone "clip-tny".*clip-tiny/],
])('%j', async ([flags, message]) => {
  await refused(flags, message);
});

test.for<[flags: string[], message: RegExp]>([
  [['--init', 'refrence'], /There is no run "refrence".*Did you mean "reference"\?/],
  [['--init', 'reference', '--weights', 'random'], /--init and --weights both say what to start from/],
  [['--init', 'reference', '--backbone', 'clip-rn50'], /holds weights of clip-tiny, not of clip-rn50\. Use --backbone clip-tiny/],
  [['--weights', 'photos'], /photos has no file of weights in it/],
  [['--weights', 'randm'], /There are no weights named "randm"\. Did you mean "random"\?/],
  [['--prompts', 'antonms'], /There are no prompts and no file named "antonms"\. Did you mean "antonyms"\?/],
])('wrong weights make no run: %j', async ([flags, message]) => {
  await refused([...tiny, ...flags, '--run', 'wrong'], message);
  expect(existsSync(join(folder, 'runs', 'wrong'))).toBe(false);
});
