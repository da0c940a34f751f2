/** Why the Hugging Face hub could not be had, for people: what failed, and what may help. */
import { HubApiError } from '@huggingface/hub';
import { describeFailure } from '../../support/connection.js';

/** @param hubUrl that was asked, for something of the repository */
export function describeHubFailure(error: unknown, hubUrl: string, repository: string): string {
  return error instanceof HubApiError ? describeStatus(error.statusCode, `${hubUrl}/${repository}`) : describeFailure(error, hubUrl);
}

function describeStatus(status: number, address: string): string {
  switch (status) {
    case 401:
    case 403:
      return `the hub refuses access (${status}); a private or gated repository needs a token in HF_TOKEN, of somebody who has accepted its terms at ${address}`;
    case 404:
      return 'the hub knows no such repository or revision (404)';
    default:
      return `the hub answered with status ${status}${status === 429 || status >= 500 ? '; later it may work' : ''}`;
  }
}
