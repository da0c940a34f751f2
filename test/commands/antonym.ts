/** Runs the real program, as a user would. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Path of the program. */
export const program = fileURLToPath(import.meta.resolve('#antonym/cli.js'));

export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * @param folder the working folder; the repository's when absent.
 * @param environment variables that are added to this process's own
 */
export function antonym(args: readonly string[], folder?: string, environment: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const options = {
      timeout: 100_000,
      maxBuffer: 2 ** 26,
      env: { ...process.env, ...environment },
      ...(folder !== undefined && { cwd: folder }),
    };
    execFile(process.execPath, [program, ...args], options, (error, stdout, stderr) => {
      const status = error === null ? 0 : error.code;
      if (typeof status === 'number') resolve({ status, stdout, stderr });
      else reject(error);
    });
  });
}
