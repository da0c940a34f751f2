/**
 * One process per folder. The lock survives `kill -9`: a dead owner holds nothing, and no one has to clean up.
 *
 * Every process that wants the folder first writes a file named after itself, and only then looks for those of others:
 * of two processes that want it at once, the later one to look sees the file of the earlier one, so at most one proceeds. No two
 * processes share a name, so removing the file of a dead owner never removes that of a living one; and a name, unlike a
 * content, is never half-written.
 */
import { randomInt } from 'node:crypto';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemCodeOf, UserError } from '../errors.js';
import { currentProcess, judgeProcess, type ProcessIdentity } from '../process-identity.js';
import { fileError } from './file-errors.js';

const prefix = 'lock.';

/** Two processes that yield to each other try again after different delays. */
const attempts = 4;

/**
 * Takes the lock of a folder that exists.
 * @param name begins errors: `The run runs/mine`.
 * @returns a function that releases the lock; the death of the process releases it too.
 * @throws UserError when a living process holds it, or one on another machine, whose state cannot be known.
 */
export async function lockFolder(folder: string, name: string): Promise<() => Promise<void>> {
  const own = lockName(await currentProcess());
  const release = () => rm(join(folder, own), { force: true });
  for (let attempt = 1; ; attempt++) {
    await putDown(folder, name, own);
    const refusal = await findRefusal(folder, name, own);
    if (refusal === undefined) return release;
    await release();
    if (attempt === attempts) throw refusal;
    await sleep(randomInt(10, 60));
  }
}

async function putDown(folder: string, name: string, own: string): Promise<void> {
  try {
    const file = await open(join(folder, own), 'wx');
    await file.close();
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') throw new UserError(`${name} is already in use by this process.`);
    throw fileError('write', join(folder, own), error);
  }
}

/** The reason of a refusal, if another process holds the lock; removes the files of dead owners. */
async function findRefusal(folder: string, name: string, own: string): Promise<UserError | undefined> {
  for (const file of await readdir(folder)) {
    if (!file.startsWith(prefix) || file === own) continue;
    const path = join(folder, file);
    const owner = parseLockName(file);
    const state = await judgeProcess(owner);
    if (state === 'dead') await rm(path, { force: true });
    else {
      const user = `${name} is in use by process ${owner.pid} on ${owner.host}`;
      return new UserError(
        state === 'alive'
          ? `${user}. Wait for it or stop it.`
          : `${user}, another machine or container. If it no longer runs there, remove the file ${path}.`,
      );
    }
  }
  return undefined;
}

/** `lock.pid=7&host=box&...`: any host name becomes a file name, and people can read it. */
function lockName({ pid, ...rest }: ProcessIdentity): string {
  return `${prefix}${new URLSearchParams({ pid: String(pid), ...rest })}`;
}

function parseLockName(name: string): ProcessIdentity {
  const { pid, host = '', ...rest } = Object.fromEntries(new URLSearchParams(name.slice(prefix.length)));
  return { pid: Number(pid), host, ...rest };
}
