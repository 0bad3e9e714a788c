import type {
  DescribeSpotFleetRequestsCommandInput,
  DescribeSpotFleetRequestsCommandOutput,
} from '@aws-sdk/client-ec2';
import { copied } from '../copied.ts';
import { operation } from '../operation.ts';
import { page } from '../paging.ts';

/** All there are, cancelled ones too: it knows no filters. */
export const describeSpotFleetRequests = operation<
  DescribeSpotFleetRequestsCommandInput,
  Omit<DescribeSpotFleetRequestsCommandOutput, '$metadata'>
>({
  parameters: ['MaxResults', 'NextToken'],
  act(call, input) {
    const { spotFleets } = call.region;
    const { ids, nextToken } = page(call, input, { idsGiven: undefined, least: 1, most: 1000 }, () => [
      ...spotFleets.keys(),
    ]);
    const SpotFleetRequestConfigs = ids.flatMap((id) => copied(spotFleets.get(id)) ?? []);
    return { SpotFleetRequestConfigs, ...(nextToken ? { NextToken: nextToken } : {}) };
  },
});
