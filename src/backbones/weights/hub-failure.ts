/** Why the Hugging Face hub could not be had, for people: what failed, and what may help. */
import { HubApiError } from '@huggingface/hub';
import { messageOf, systemCodeOf } from '../../support/errors.js';
import { proxyOf } from './hub-connection.js';

const untrusted =
  'its certificate is not trusted; where a proxy has put its own there, NODE_EXTRA_CA_CERTS names the file of its authority';

/** By the codes of system calls, of TLS and of undici. */
const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'nobody knows its address, as without a network',
  EAI_AGAIN: 'nobody says what its address is, as without a network',
  ECONNREFUSED: 'it refuses the connection',
  ECONNRESET: 'the connection broke off',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no network',
  UND_ERR_SOCKET: 'the connection broke off',
  UND_ERR_CONNECT_TIMEOUT: 'no connection came about',
  UND_ERR_BODY_TIMEOUT: 'it fell silent',
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
};

/** @param hubUrl that was asked */
export function describeHubFailure(error: unknown, hubUrl: string): string {
  if (error instanceof HubApiError) return describeStatus(error.statusCode);
  // fetch hides the reason behind "fetch failed", and several attempts to connect behind the first
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const first = cause instanceof AggregateError ? cause.errors[0] : cause;
  const code = systemCodeOf(first);
  const reason = code === undefined ? undefined : reasons[code];
  const proxy = proxyOf(hubUrl);
  const named = proxy === undefined ? '' : `; the environment names the proxy ${proxy}`;
  return `${reason === undefined ? messageOf(first) : `${hubUrl}: ${reason} (${code})`}${named}`;
}

function describeStatus(status: number): string {
  switch (status) {
    case 401:
    case 403:
      return `the hub refuses access (${status}); a private or gated repository needs a token in HF_TOKEN`;
    case 404:
      return 'the hub knows no such repository or revision (404)';
    default:
      return `the hub answered with status ${status}${status === 429 || status >= 500 ? '; later it may work' : ''}`;
  }
}
