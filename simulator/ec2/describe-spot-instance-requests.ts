import type {
  DescribeSpotInstanceRequestsCommandInput,
  DescribeSpotInstanceRequestsCommandOutput,
  SpotInstanceRequest,
} from '@aws-sdk/client-ec2';
import { copied } from '../copied.ts';
import { type FilterTable, filterTest } from '../filters.ts';
import { operation, operationFile } from '../operation.ts';
import { page } from '../paging.ts';
import { refuse } from '../service-failure.ts';

const filters: FilterTable<SpotInstanceRequest> = {
  'spot-instance-request-id': ({ SpotInstanceRequestId }) => SpotInstanceRequestId,
  'instance-id': ({ InstanceId }) => InstanceId,
  'launch.image-id': ({ LaunchSpecification }) => LaunchSpecification?.ImageId,
  // `disabled` is documented for a request, but not for this filter; nobody is to count on it.
  state: ({ State }) => (State === 'disabled' ? undefined : State),
  type: ({ Type }) => Type,
};

export const describeSpotInstanceRequests = operation<
  DescribeSpotInstanceRequestsCommandInput,
  Omit<DescribeSpotInstanceRequestsCommandOutput, '$metadata'>
>({
  parameters: ['SpotInstanceRequestIds', 'Filters', 'MaxResults', 'NextToken'],
  act(call, input) {
    const { spotRequests } = call.region;
    const passes = filterTest(filters, input.Filters, operationFile('ec2', call.operation));
    const given = input.SpotInstanceRequestIds;
    const { ids, nextToken } = page(
      call,
      input,
      { idsGiven: given ? 'spotInstanceRequestIdSet' : undefined, most: 1000 },
      () => {
        const unknown = given?.filter((id) => !spotRequests.has(id)) ?? [];
        if (unknown.length > 0) {
          refuse(
            'InvalidSpotInstanceRequestID.NotFound',
            `The spot instance request ID '${unknown.join(', ')}' does not exist`,
          );
        }
        return (given ?? [...spotRequests.keys()]).filter((id) => {
          const request = spotRequests.get(id);
          return request !== undefined && passes(request);
        });
      },
    );
    const SpotInstanceRequests = ids.flatMap((id) => copied(spotRequests.get(id)) ?? []);
    return { SpotInstanceRequests, ...(nextToken ? { NextToken: nextToken } : {}) };
  },
});
