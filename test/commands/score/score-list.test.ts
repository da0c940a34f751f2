/** Lists that are scored in parts, as tasks of an array of jobs do it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writePhotographs } from '../../pairs/folder-of-photographs.js';
import { temporaryFolder } from '../../support/files/temporary-folder.js';
import { antonym } from '../antonym.js';
import { antonymHere } from '../antonym-here.js';
import { expectRefused } from '../expect-refused.js';

const folder = await temporaryFolder();
const photographs = await writePhotographs(join(folder, 'photos'), 2, 1);
await writeFile(join(folder, 'list.txt'), `${photographs.map(({ path }) => path).join('\n')}\n`);
const score = (words: string) => antonymHere(['score', ...words.split(' ')], folder);
const refused = (words: string, message: RegExp) => expectRefused(['score', ...words.split(' ')], message, folder);

test('tasks of an array score their parts; status says what is missing, and merge joins what is whole', async () => {
  const words = 'score --list list.txt --out scores --shard auto/2 --quiet'.split(' ');
  const first = await antonym(words, folder, { SLURM_ARRAY_TASK_ID: '1' });
  expect(first).toEqual({
    status: 0,
    stdout: expect.stringMatching(/^scores\/scores-1-of-2\.jsonl: \d images, \d of them unreadable\n$/),
    stderr: '',
  });
  expect(await score('--out scores --status')).toEqual({
    status: 2,
    stdout: expect.stringMatching(/^1 of 2 parts are whole: \d images, \d of them unreadable\nmissing: 2\nagain: {3}--array=2\n$/),
    stderr: '',
  });
  await refused('--out scores --merge', /scores lacks 1 of 2 parts: 2\. Score them first; --status lists them\.$/m);
  expect(await score('--list list.txt --out scores --shard 2/2 --quiet')).toMatchObject({ status: 0, stderr: '' });
  expect(await score('--out scores --merge')).toEqual({
    status: 0,
    stdout: 'scores/scores.jsonl: 3 images, 1 of them unreadable\n',
    stderr: '',
  });
  const rows = (await readFile(join(folder, 'scores/scores.jsonl'), 'utf8')).trimEnd().split('\n');
  expect(rows.map((row) => JSON.parse(row).image)).toEqual(photographs.map(({ path }) => path));
});

test('flags that do not fit together are refused', async () => {
  await refused('--list list.txt', /--list, --shard, --status and --merge need --out, the folder of the scores\./);
  await refused('--list list.txt --out scores photo.jpg', /--list names the images: leave photo\.jpg out\./);
  await refused(
    '--list list.txt --out scores --shard auto/2',
    /--shard must be .*, or auto\/4 in task 1 to 4 of an array of jobs, but received auto\/2\./,
  );
  for (const useless of ['--exclude x', '--csv', '--null', '--cache'])
    await refused(`--list list.txt --out scores ${useless}`, /--\w+ is for images given as paths: leave it out with --list\./);
  await refused('--list none.txt --out scores', /Cannot read the list none\.txt: it does not exist\./);
  await refused('--out nowhere --status', /Cannot read the folder nowhere: it does not exist\./);
});
