import type { DescribeFleetsCommandInput, DescribeFleetsCommandOutput } from '@aws-sdk/client-ec2';
import { copied } from '../copied.ts';
import { operation } from '../operation.ts';
import { page } from '../paging.ts';

/** Fleets of type `instant` are shown only to who names them, and nobody can name one here. */
export const describeFleets = operation<DescribeFleetsCommandInput, Omit<DescribeFleetsCommandOutput, '$metadata'>>({
  parameters: ['MaxResults', 'NextToken'],
  act(call, input) {
    const { fleets } = call.region;
    const { ids, nextToken } = page(call, input, { idsGiven: undefined, least: 1, most: 1000 }, () =>
      [...fleets].filter(([, { Type }]) => Type !== 'instant').map(([id]) => id),
    );
    return {
      Fleets: ids.flatMap((id) => copied(fleets.get(id)) ?? []),
      ...(nextToken ? { NextToken: nextToken } : {}),
    };
  },
});
