/** Requests to a worker thread of its own: their order, their errors, and their end. */
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import { UserError } from '#antonym/support/errors.js';
import { RequestThread, ThreadFailure } from '#antonym/support/threads/request-thread.js';

interface Request {
  readonly task: 'echo' | 'wait' | 'refuse' | 'break' | 'end';
  readonly value?: unknown;
}

interface Reply {
  readonly greeting: string;
  readonly value: unknown;
  readonly turn: number;
}

const threads: RequestThread<Request, Reply>[] = [];

function started(isConcurrent = false, program = new URL('answering-worker.mjs', import.meta.url)): RequestThread<Request, Reply> {
  const start = (options: WorkerOptions): Worker => new Worker(program, options);
  const thread = new RequestThread<Request, Reply>(start, 'the thread of this test', { greeting: 'hello', isConcurrent });
  threads.push(thread);
  return thread;
}

afterEach(async () => {
  for (const thread of threads.splice(0)) await thread.close();
});

describe('a thread', () => {
  test('answers with what it was given at its start, one request after the other', async () => {
    const thread = started();
    const slow = thread.ask({ task: 'wait', value: 30 });
    const fast = thread.ask({ task: 'echo', value: [1, { two: 2 }] });
    expect(await fast).toEqual({ greeting: 'hello', value: [1, { two: 2 }], turn: 2 });
    expect(await slow).toEqual({ greeting: 'hello', value: 30, turn: 1 });
  });

  test('that is concurrent answers as the work is done', async () => {
    const thread = started(true);
    const slow = thread.ask({ task: 'wait', value: 30 });
    expect(await thread.ask({ task: 'echo' })).toMatchObject({ turn: 1 });
    expect(await slow).toMatchObject({ turn: 2 });
  });

  test('takes buffers over, and gives them back, without a copy', async () => {
    const thread = started();
    const sent = Uint8Array.of(1, 2, 3);
    const { value } = await thread.ask({ task: 'echo', value: sent }, [sent.buffer]);
    expect([sent.length, value]).toEqual([0, Uint8Array.of(1, 2, 3)]);
    await expect(thread.ask({ task: 'echo', value: sent }, [sent.buffer])).rejects.toThrow('empty or detached');
    expect(await thread.ask({ task: 'echo', value: 4 })).toMatchObject({ value: 4 });
  });
});

describe('a request that fails', () => {
  test('for a reason of the user is a UserError with its code, and the thread answers the next', async () => {
    const thread = started();
    const error = await thread.ask({ task: 'refuse', value: 'Too small.' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ message: 'Too small.', code: 'ERR_ANTONYM_TOO_SMALL' });
    expect(await thread.ask({ task: 'echo', value: 1 })).toMatchObject({ value: 1 });
  });

  test('by a defect keeps the stack of the thread', async () => {
    const error = await started()
      .ask({ task: 'break', value: 'undefined is no number' })
      .catch((thrown: Error) => thrown);
    expect(error).not.toBeInstanceOf(UserError);
    expect(error).toMatchObject({ message: 'undefined is no number', stack: expect.stringContaining('answering-worker.mjs') });
  });
});

describe('an end', () => {
  test('fails what is not answered, and every later request', async () => {
    const thread = started();
    const outstanding = expect(thread.ask({ task: 'wait', value: 30 })).rejects.toThrow('the thread of this test ended: it was closed');
    await thread.close();
    await outstanding;
    await expect(thread.ask({ task: 'echo' })).rejects.toThrow(ThreadFailure);
  });

  test('by itself names the code', async () => {
    await expect(started().ask({ task: 'end', value: 3 })).rejects.toThrow('the thread of this test ended with code 3');
  });

  test('by a program that cannot be loaded says why', async () => {
    const missing = new URL('no-worker.mjs', import.meta.url);
    const error = await started(false, missing)
      .ask({ task: 'echo' })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ThreadFailure);
    expect(error).toMatchObject({ message: expect.stringMatching(/^the thread of this test failed: .*no-worker\.mjs/) });
  });
});
