/** The sessions of a model, of which each works on one image at a time. */
import { afterAll, expect, test } from 'vitest';
import { ModelSessions } from '#antonym/score/model-sessions.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { saveBrightnessModel } from './brightness-model.js';

const sessions = new ModelSessions(await saveBrightnessModel(await temporaryFolder()), { device: 'cpu' });
afterAll(() => sessions.close());

test('an image that is called off while it waits for a session is not scored', async () => {
  await sessions.load();
  const image = { dataType: 'uint8', shape: [1, 8, 8, 3], data: new Uint8Array(192).fill(51) } as const;
  const [client, reason] = [new AbortController(), new Error('the client left')];
  const results = [undefined, client.signal, undefined].map((signal) => sessions.run({ image }, ['score'], { images: 2, signal }));
  client.abort(reason);
  expect(await Promise.allSettled(results)).toMatchObject([
    { value: { score: { data: { 0: expect.closeTo(0.2, 6) } } } },
    { status: 'rejected', reason },
    { value: { score: { data: { 0: expect.closeTo(0.2, 6) } } } },
  ]);
});
