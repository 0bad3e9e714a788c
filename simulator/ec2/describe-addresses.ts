import type { Address, DescribeAddressesCommandInput, DescribeAddressesCommandOutput } from '@aws-sdk/client-ec2';
import { copied } from '../copied.ts';
import { type FilterTable, filterTest } from '../filters.ts';
import { operation, operationFile } from '../operation.ts';

const filters: FilterTable<Address> = {
  'instance-id': ({ InstanceId }) => InstanceId,
  'public-ip': ({ PublicIp }) => PublicIp,
  'allocation-id': ({ AllocationId }) => AllocationId,
  'network-interface-id': ({ NetworkInterfaceId }) => NetworkInterfaceId,
};

/** Elastic IPs. This listing has no pages. */
export const describeAddresses = operation<
  DescribeAddressesCommandInput,
  Omit<DescribeAddressesCommandOutput, '$metadata'>
>({
  parameters: ['Filters'],
  act(call, input) {
    const passes = filterTest(filters, input.Filters, operationFile('ec2', call.operation));
    return { Addresses: [...call.region.addresses.values()].filter(passes).map(copied) };
  },
});
