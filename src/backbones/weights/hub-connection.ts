/**
 * Requests to the Hugging Face hub: through the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name, as Python's tools send them (fetch of
 * Node.js does not before version 22), and given up when nothing is heard, for which fetch waits minutes.
 */
import { EnvHttpProxyAgent, fetch as fetchThrough } from 'undici';
import { messageOf, UserError } from '../../support/errors.js';

export interface HubConnection {
  readonly fetch: typeof fetch;
  /** Ends what is under way. */
  close(): Promise<void>;
}

/**
 * @param patience how long an answer, or the next part of it, may take, milliseconds
 * @throws UserError when the environment names a proxy that cannot be one.
 */
export function openHubConnection(patience: number): HubConnection {
  // looking up an address cannot be cancelled, and holds the process: by default a minute where nobody answers (resolv.conf(5) of glibc)
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
    throw new UserError(`HTTPS_PROXY and HTTP_PROXY must be addresses such as http://proxy:3128, but one is not: ${messageOf(error)}`);
  }
}

/** The proxy that the environment names for an address, without a password; NO_PROXY may except the address. */
export function proxyOf(address: string): string | undefined {
  const { http_proxy, HTTP_PROXY, https_proxy, HTTPS_PROXY } = process.env;
  const plain = http_proxy || HTTP_PROXY;
  const named = address.startsWith('https:') ? https_proxy || HTTPS_PROXY || plain : plain;
  return named && hostOf(named);
}

function hostOf(address: string): string {
  return new URL(address).host;
}
