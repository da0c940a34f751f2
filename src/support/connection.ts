/**
 * Requests for files: through the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name, like Python's tools (fetch of Node.js does not before
 * version 22), and given up after a silence for which fetch would wait minutes.
 */
import { EnvHttpProxyAgent, fetch as fetchThrough } from 'undici';
import { messageOf, systemCodeOf, UserError } from './errors.js';

export interface Connection {
  readonly fetch: typeof fetch;
  /** Ends requests under way. */
  close(): Promise<void>;
}

/**
 * @param patience longest wait for an answer, or the next part of it, milliseconds
 * @throws UserError when the environment names an invalid proxy.
 */
export function openConnection(patience: number): Connection {
  // looking up an address cannot be cancelled, and holds the process: by default a minute when no server answers (resolv.conf(5) of glibc)
  process.env.RES_OPTIONS ??= 'timeout:2 attempts:2';
  const agent = openAgent(patience);
  const silence = (url: unknown): Error => new Error(`${hostOf(String(url))} did not answer for ${patience / 1000} s`);
  const request: typeof fetchThrough = async (url, options) => {
    const waiting = new AbortController();
    const timer = setTimeout(() => waiting.abort(silence(url)), patience);
    try {
      return await fetchThrough(url, { ...options, dispatcher: agent, signal: waiting.signal });
    } finally {
      clearTimeout(timer);
    }
  };
  // of undici's own types, which are those of the standard under other names
  return { fetch: request as unknown as typeof fetch, close: () => agent.destroy() };
}

function openAgent(bodyTimeout: number): EnvHttpProxyAgent {
  try {
    return new EnvHttpProxyAgent({ bodyTimeout });
  } catch (error) {
    throw new UserError(`HTTPS_PROXY and HTTP_PROXY must be addresses such as http://proxy:3128, but one is not: ${messageOf(error)}.`);
  }
}

const untrusted = 'its certificate is not trusted; if it is that of a proxy, set NODE_EXTRA_CA_CERTS to the file of its authority';

/** Reasons by the codes of system calls, TLS and undici. */
const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'host name not found (no network?)',
  EAI_AGAIN: 'no name server answered (no network?)',
  ECONNREFUSED: 'it refused the connection',
  ECONNRESET: 'the connection broke off',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'there is no network',
  UND_ERR_SOCKET: 'the connection broke off',
  UND_ERR_CONNECT_TIMEOUT: 'connection timed out',
  UND_ERR_BODY_TIMEOUT: 'the server stopped responding',
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
};

/** The reason of a failed request, for people. @param url the requested address */
export function describeFailure(error: unknown, url: string): string {
  // fetch hides the reason behind "fetch failed", and several attempts to connect behind the first
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const first = cause instanceof AggregateError ? cause.errors[0] : cause;
  const code = systemCodeOf(first);
  const reason = code === undefined ? undefined : reasons[code];
  const proxy = proxyOf(url);
  const named = proxy === undefined ? '' : `; the environment names the proxy ${proxy}`;
  return `${reason === undefined ? messageOf(first) : `${url}: ${reason} (${code})`}${named}`;
}

/** The proxy that the environment names for an address, without a password; NO_PROXY may except the address. */
function proxyOf(address: string): string | undefined {
  const { http_proxy, HTTP_PROXY, https_proxy, HTTPS_PROXY } = process.env;
  const plain = http_proxy || HTTP_PROXY;
  const named = address.startsWith('https:') ? https_proxy || HTTPS_PROXY || plain : plain;
  return named && hostOf(named);
}

function hostOf(address: string): string {
  return new URL(address).host;
}
