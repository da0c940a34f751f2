/** Why the Hugging Face hub could not be had, for people: what failed, and what may help. */
import { HubApiError } from '@huggingface/hub';
import { describeFailure } from '../../support/connection.js';
import { describeLicence, type Licence } from '../published-weights.js';

/**
 * @param hubUrl that was asked, for something of the repository
 * @param licence of what is there, as far as it is known
 */
export function describeHubFailure(error: unknown, hubUrl: string, repository: string, licence?: Licence): string {
  if (!(error instanceof HubApiError)) return describeFailure(error, hubUrl);
  return describeStatus(error.statusCode, `${hubUrl}/${repository}`, licence);
}

function describeStatus(status: number, address: string, licence: Licence | undefined): string {
  switch (status) {
    case 401:
    case 403: {
      const needed = 'a private or gated repository needs a token in HF_TOKEN, of somebody who has accepted its terms at';
      return `the hub refuses access (${status}); ${needed} ${address}${licence ? `: ${describeLicence(licence)}` : ''}`;
    }
    case 404:
      return 'the hub knows no such repository or revision (404)';
    default:
      return `the hub answered with status ${status}${status === 429 || status >= 500 ? '; later it may work' : ''}`;
  }
}
