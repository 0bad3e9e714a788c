import type {
  DescribeImageUsageReportsCommandInput,
  DescribeImageUsageReportsCommandOutput,
  ImageUsageReport,
} from '@aws-sdk/client-ec2';
import { copied } from '../copied.ts';
import { type FilterTable, filterTest } from '../filters.ts';
import { operation, operationFile } from '../operation.ts';
import { page } from '../paging.ts';
import { chosenReports, presentReport } from './image-usage-report-records.ts';

const filters: FilterTable<ImageUsageReport> = {
  state: ({ State }) => State,
  'creation-time': ({ CreationTime }) => CreationTime?.toISOString(),
};

export const describeImageUsageReports = operation<
  DescribeImageUsageReportsCommandInput,
  Omit<DescribeImageUsageReportsCommandOutput, '$metadata'>
>({
  parameters: ['ImageIds', 'ReportIds', 'Filters', 'MaxResults', 'NextToken'],
  act(call, input) {
    const passes = filterTest(filters, input.Filters, operationFile(call.service, call.operation));
    const { ids, nextToken } = page(call, input, { idsGiven: undefined, least: 1, most: 500, unasked: 500 }, () =>
      chosenReports(call, input)
        .filter((record) => passes(presentReport(call, record)))
        .map(({ id }) => id),
    );
    const ImageUsageReports = ids.flatMap((id) => {
      const record = call.region.usageReports.get(id);
      return record ? [copied(presentReport(call, record))] : [];
    });
    return { ImageUsageReports, ...(nextToken ? { NextToken: nextToken } : {}) };
  },
});
