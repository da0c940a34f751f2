/** Why the Hugging Face hub could not be had, for people: what failed, and what may help. */
import { HubApiError } from '@huggingface/hub';
import { describeFailure } from '../../support/connection.js';

/** @param hubUrl that was asked */
export function describeHubFailure(error: unknown, hubUrl: string): string {
  return error instanceof HubApiError ? describeStatus(error.statusCode) : describeFailure(error, hubUrl);
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
