/** Hosts for launchers of MPI, made of network namespaces of Linux and a switch between them: whoever is root there needs no second machine. */
import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface NetworkHost {
  readonly namespace: string;
  readonly name: string;
  readonly address: string;
}

export interface HostNetwork {
  readonly hosts: readonly NetworkHost[];
  /**
   * The words after `ip` that start a launcher on the first host; processes are on the hosts in turn.
   * @param words of the launcher's command line, after its name
   */
  launcherWords(launcher: { readonly name: 'Open MPI' | 'MPICH'; readonly command: string }, words: readonly string[]): string[];
  /** Variables of the launcher: one kernel has all hosts, and UCX, which MPICH uses, would use its memory. */
  readonly environment: Readonly<Record<string, string>>;
  /** Numbers of the processes on a host. */
  processesOn(host: NetworkHost): number[];
  /** Takes a host from the network. */
  cut(host: NetworkHost): void;
  /** Kills what runs there, too. */
  remove(): void;
}

const ip = (...words: string[]): string => execFileSync('ip', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
const link = 'eth0';
/** Number of this process's networks, which are named by it, so that tests which run side by side have their own. */
let made = 0;

/**
 * @param folder for the program that stands in for ssh
 * @param rate of each host's link in both directions, Mbit/s; default: as fast as the kernel copies
 * @throws Error where the system refuses namespaces, as it does to users other than root
 */
export function hostNetwork(count: number, folder: string, rate?: number): HostNetwork {
  const network = `${process.pid}-${made++}`;
  const bridge = `an${network}`;
  const hosts = Array.from({ length: count }, (_, index) => ({
    namespace: `antonym-${network}-${index + 1}`,
    name: `antonym-${index + 1}`,
    address: `10.213.7.${index + 1}`,
  }));
  const processesOn = ({ namespace }: NetworkHost): number[] => ip('netns', 'pids', namespace).split('\n').filter(Boolean).map(Number);
  const remove = (): void => {
    for (const host of hosts) {
      quietly(() => {
        for (const number of processesOn(host)) process.kill(number, 'SIGKILL');
      });
      quietly(() => ip('netns', 'delete', host.namespace));
    }
    quietly(() => ip('link', 'delete', bridge));
  };
  try {
    ip('link', 'add', bridge, 'type', 'bridge');
    ip('link', 'set', bridge, 'up');
    for (const [index, { namespace, address }] of hosts.entries()) {
      const port = `${bridge}.${index + 1}`;
      ip('netns', 'add', namespace);
      ip('link', 'add', port, 'type', 'veth', 'peer', 'name', link, 'netns', namespace);
      ip('link', 'set', port, 'master', bridge, 'up');
      ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', link);
      for (const device of ['lo', link]) ip('-n', namespace, 'link', 'set', device, 'up');
      if (rate !== undefined) {
        const limit = ['root', 'tbf', 'rate', `${rate}mbit`, 'burst', `${Math.max(64, rate / 2)}kb`, 'latency', '50ms'];
        ip('netns', 'exec', namespace, 'tc', 'qdisc', 'add', 'dev', link, ...limit);
        execFileSync('tc', ['qdisc', 'add', 'dev', port, ...limit]);
      }
    }
    for (const { namespace } of hosts) waitForLink(namespace);
  } catch (error) {
    remove();
    throw error;
  }
  const [first] = hosts;
  const agent = join(folder, `agent-${network}`);
  writeFileSync(
    agent,
    `#!/bin/sh
while [ "\${1#-}" != "$1" ]; do shift; done
number="\${1##*.}"
shift
exec ip netns exec "antonym-${network}-$number" unshare --uts sh -c "hostname antonym-$number && eval \\"\\$1\\"" sh "$*"
`,
  );
  chmodSync(agent, 0o755);
  const addresses = hosts.map(({ address }) => address).join();
  const only = '10.213.7.0/24';
  const options = {
    'Open MPI': [
      ...['--mca', 'plm_rsh_agent', agent, '--mca', 'oob_tcp_if_include', only, '--mca', 'btl_tcp_if_include', only],
      ...['--mca', 'btl', 'tcp,self', '-H', addresses],
    ],
    MPICH: ['-launcher-exec', agent, '-hosts', addresses],
  };
  return {
    hosts,
    launcherWords({ name, command }, words) {
      const onHost = ['netns', 'exec', first!.namespace, 'unshare', '--uts', 'sh', '-c', `hostname ${first!.name} && exec "$@"`, 'sh'];
      return [...onHost, command, ...options[name], ...words];
    },
    environment: { UCX_TLS: 'tcp,self' },
    processesOn,
    cut: ({ namespace }) => void ip('-n', namespace, 'link', 'set', link, 'down'),
    remove,
  };
}

function quietly(work: () => unknown): void {
  try {
    work();
  } catch {
    // there is none
  }
}

/** UCX passes over a link that is not running yet: the kernel says so some time after it was set up, and a bridge forwards only then. */
function waitForLink(namespace: string): void {
  for (let tries = 0; tries < 100; tries++) {
    if (/ state UP /.test(ip('-n', namespace, 'link', 'show', 'dev', link))) return;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  }
  throw new Error(`the link of ${namespace} does not come up`);
}
