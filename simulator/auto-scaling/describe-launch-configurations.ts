import type {
  DescribeLaunchConfigurationsCommandInput,
  DescribeLaunchConfigurationsCommandOutput,
} from '@aws-sdk/client-auto-scaling';
import { copied } from '../copied.ts';
import { operation } from '../operation.ts';
import { page } from '../paging.ts';

/** Unknown names are left out, not refused. */
export const describeLaunchConfigurations = operation<
  DescribeLaunchConfigurationsCommandInput,
  Omit<DescribeLaunchConfigurationsCommandOutput, '$metadata'>
>({
  parameters: ['LaunchConfigurationNames', 'MaxRecords', 'NextToken'],
  act(call, input) {
    const { launchConfigurations } = call.region;
    const { MaxRecords: MaxResults, ...rest } = input;
    const { ids, nextToken } = page(
      call,
      { ...rest, MaxResults },
      { idsGiven: undefined, least: 1, most: 100, unasked: 50 },
      () => {
        const names = input.LaunchConfigurationNames ?? launchConfigurations.keys();
        return [...new Set(names)].filter((name) => launchConfigurations.has(name));
      },
    );
    const LaunchConfigurations = ids.flatMap((name) => launchConfigurations.get(name) ?? []).map(copied);
    return { LaunchConfigurations, ...(nextToken ? { NextToken: nextToken } : {}) };
  },
});
