/** Two hosts, made of network namespaces of Linux: sums cross the network, and all processes end when it is cut. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, test } from 'vitest';
import { type HostNetwork, hostNetwork, type NetworkHost } from '#antonym/bench/network-hosts.js';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { launchers, launchWith } from './mpirun.js';

const program = fileURLToPath(new URL('exchange.mjs', import.meta.url));
const folder = await temporaryFolder();

/** A network for each launcher; none where the system refuses namespaces. */
function networkOfTwo(): HostNetwork | undefined {
  try {
    return hostNetwork(2, folder);
  } catch {
    return undefined;
  }
}

const both = launchers.map((launcher) => ({ launcher, network: networkOfTwo() }));
afterAll(() => {
  for (const { network } of both) network?.remove();
});

/** The programs, not the launcher's own. */
function programsOn(network: HostNetwork, host: NetworkHost): number[] {
  return network.processesOn(host).filter((number) => {
    try {
      return readFileSync(`/proc/${number}/cmdline`, 'utf8').split('\0')[1] === program;
    } catch {
      return false;
    }
  });
}

/** The output of processes, a JSON object each; a launcher may put two on one line. */
function objectsIn(text: string): { readonly rank: number }[] {
  return [...text.matchAll(/\{[^{}]*\}/g)].map(([object]) => JSON.parse(object));
}

// they sleep most of the time
const unlessAllowed = both.some(({ network }) => network === undefined) ? ' (skipped: network namespaces are refused here)' : '';
for (const { launcher, network } of both) {
  const title = `${launcher.name} sums over the network, and ends both processes when it is cut${unlessAllowed}`;
  test.skipIf(network === undefined)(title, { concurrent: true, timeout: 120_000 }, async ({ expect }) => {
    const { hosts, launcherWords, environment, processesOn, cut } = network!;
    const [here, there] = hosts as [NetworkHost, NetworkHost];
    const words = launcherWords(launcher, [...launcher.options, '-np', '2', process.execPath, program, 'cut']);
    // what a killed launcher leaves goes with the folder
    const programs = launchWith({ ...launcher, command: 'ip' }, words, { environment: { ...environment, TMPDIR: folder } });
    let said = '';
    await programs.until(() => {
      said = programs.printed();
      return objectsIn(said).length === 2;
    });
    const facts = objectsIn(said);
    const expected = { hosts: ['antonym-1', 'antonym-2'], wrong: 0 };
    expect(facts.sort((a, b) => a.rank - b.rank)).toEqual([0, 1].map((rank) => ({ rank, ...expected })));
    expect([programsOn(network!, here).length, programsOn(network!, there).length]).toEqual([1, 1]);
    cut(here);
    await expect.poll(() => [here, there].flatMap((host) => programsOn(network!, host)), { timeout: 90_000, interval: 200 }).toEqual([]);
    // it waits for the other host, which it cannot reach
    programs.kill('SIGKILL');
    for (const number of processesOn(there)) process.kill(number, 'SIGKILL');
    const { stderr } = await programs.ended;
    // in a sum that has begun MPI waits without end
    expect(stderr).toMatch(
      /^(No answer for 2 s from process 1 of 2 on antonym-2: .*|MPI has not answered for 17 s: another process, .*)$/m,
    );
  });
}
