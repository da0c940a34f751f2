/** Two hosts, made of network namespaces of Linux: sums cross the network, and all processes end when it is cut. */
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, test } from 'vitest';
import { temporaryFolder } from '../support/files/temporary-folder.js';
import { type Launcher, launchers, launchWith } from './mpirun.js';

const program = fileURLToPath(new URL('exchange.mjs', import.meta.url));
const folder = await temporaryFolder();
const ip = (...words: string[]): string => execFileSync('ip', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

interface Host {
  readonly name: string;
  readonly namespace: string;
  readonly link: string;
  readonly address: string;
}

/** Two hosts and a cable for each launcher; none where the system refuses namespaces, as it does to users other than root. */
function hostsFor(index: number): readonly [Host, Host] | undefined {
  const hosts = ['a', 'b'].map((letter, place) => ({
    name: `antonym-${letter}`,
    namespace: `antonym-${process.pid}-${index}${letter}`,
    link: `antonym-${letter}`,
    address: `10.213.7.${place + 1}`,
  })) as unknown as readonly [Host, Host];
  try {
    for (const { namespace } of hosts) ip('netns', 'add', namespace);
    const [one, other] = hosts;
    ip('link', 'add', one.link, 'netns', one.namespace, 'type', 'veth', 'peer', 'name', other.link, 'netns', other.namespace);
    for (const { namespace, link, address } of hosts) {
      ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', link);
      for (const device of ['lo', link]) ip('-n', namespace, 'link', 'set', device, 'up');
    }
    for (const host of hosts) waitForLink(host);
    return hosts;
  } catch {
    for (const host of hosts) remove(host);
    return undefined;
  }
}

/** UCX, which MPICH uses, passes over a link that is not running yet: the kernel says so some time after it was set up. */
function waitForLink({ namespace, link }: Host): void {
  for (let tries = 0; tries < 100; tries++) {
    if (/ state UP /.test(ip('-n', namespace, 'link', 'show', 'dev', link))) return;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  }
  throw new Error(`the link ${link} does not come up`);
}

function remove({ namespace }: Host): void {
  try {
    for (const number of processesOn(namespace)) process.kill(number, 'SIGKILL');
    ip('netns', 'delete', namespace);
  } catch {
    // there is none
  }
}

function processesOn(namespace: string): number[] {
  return ip('netns', 'pids', namespace).split('\n').filter(Boolean).map(Number);
}

/** The programs, not the launcher's own. */
function programsOn({ namespace }: Host): number[] {
  return processesOn(namespace).filter((number) => {
    try {
      return readFileSync(`/proc/${number}/cmdline`, 'utf8').split('\0')[1] === program;
    } catch {
      return false;
    }
  });
}

const both = launchers.map((launcher, index) => ({ ...launcher, hosts: hostsFor(index), index }));
afterAll(() => {
  for (const { hosts } of both) for (const host of hosts ?? []) remove(host);
});

/** In place of ssh: the launcher gives options, a host and a command; the first host is where the launcher itself runs. */
function agentFor({ namespace, name }: Host, index: number): string {
  const path = join(folder, `agent-${index}`);
  writeFileSync(
    path,
    `#!/bin/sh
while [ "\${1#-}" != "$1" ]; do shift; done
shift
exec ip netns exec ${namespace} unshare --uts sh -c 'hostname ${name} && eval "$1"' sh "$*"
`,
  );
  chmodSync(path, 0o755);
  return path;
}

function across(launcher: Launcher, [here, there]: readonly [Host, Host], agent: string) {
  const network = '10.213.7.0/24';
  const addresses = `${here.address},${there.address}`;
  const own = {
    'Open MPI': [
      '--mca',
      'plm_rsh_agent',
      agent,
      '--mca',
      'oob_tcp_if_include',
      network,
      '--mca',
      'btl_tcp_if_include',
      network,
      '-H',
      addresses,
    ],
    MPICH: ['-launcher-exec', agent, '-hosts', addresses],
  }[launcher.name];
  const onHost = ['netns', 'exec', here.namespace, 'unshare', '--uts', 'sh', '-c', `hostname ${here.name} && exec "$@"`, 'sh'];
  const words = [...onHost, launcher.command, ...launcher.options, ...own, '-np', '2', process.execPath, program, 'cut'];
  // one kernel has both hosts: UCX would use its memory; what a killed launcher leaves goes with the folder
  return launchWith({ ...launcher, command: 'ip' }, words, { environment: { UCX_TLS: 'tcp,self', TMPDIR: folder } });
}

/** What processes printed, a JSON object each; a launcher may put two on one line. */
function objectsIn(text: string): { readonly rank: number }[] {
  return [...text.matchAll(/\{[^{}]*\}/g)].map(([object]) => JSON.parse(object));
}

// they sleep most of the time
const unlessAllowed = both.some(({ hosts }) => hosts === undefined) ? ' (skipped: network namespaces are refused here)' : '';
for (const { hosts, index, ...launcher } of both) {
  const title = `${launcher.name} sums over the network, and ends both processes when it is cut${unlessAllowed}`;
  test.skipIf(hosts === undefined)(title, { concurrent: true, timeout: 120_000 }, async ({ expect }) => {
    const [here, there] = hosts!;
    const programs = across(launcher, [here, there], agentFor(there, index));
    let said = '';
    await programs.until(() => {
      said = programs.printed();
      return objectsIn(said).length === 2;
    });
    const facts = objectsIn(said);
    const expected = { hosts: ['antonym-a', 'antonym-b'], wrong: 0 };
    expect(facts.sort((a, b) => a.rank - b.rank)).toEqual([0, 1].map((rank) => ({ rank, ...expected })));
    expect([programsOn(here).length, programsOn(there).length]).toEqual([1, 1]);
    ip('-n', here.namespace, 'link', 'set', here.link, 'down');
    await expect.poll(() => [...programsOn(here), ...programsOn(there)], { timeout: 90_000, interval: 200 }).toEqual([]);
    // it waits for the other host, which it cannot reach
    programs.kill('SIGKILL');
    for (const number of processesOn(there.namespace)) process.kill(number, 'SIGKILL');
    const { stderr } = await programs.ended;
    // in a sum that has begun MPI waits without end
    expect(stderr).toMatch(
      /^(No answer for 2 s from process 1 of 2 on antonym-b: .*|MPI has not answered for 17 s: another process, .*)$/m,
    );
  });
}
